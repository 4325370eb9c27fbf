import { describe, expect, test } from 'vitest';
import { noteFor } from '../../src/agent/research/bounds.ts';
import type { Entry } from '../../src/agent/research/journal.ts';
import { sourcesOf } from '../../src/agent/research/report.ts';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import { createRegistry } from '../../src/tools/registry.ts';

const LIMITS = { wrapUpTokens: 170, mostTokens: 190, maxSteps: 10, maxUsd: 1, isOverBudget: false };

const answer = (tokens: number, parts: Partial<Extract<Entry, { kind: 'answer' }>> = {}): Entry => ({
  kind: 'answer',
  text: '',
  calls: [{ providerId: 'a', name: 'web_search', arguments: JSON.stringify({ query: String(tokens) }) }],
  tokens,
  ...parts,
});
const results = (output = ''): Entry => ({ kind: 'results', results: [{ isFailed: false, output }] });
const steps = (count: number): Entry[] =>
  Array.from({ length: count }, (_, i) => [answer(i), results(String(i))]).flat();

describe('what a research is told before its next step', () => {
  const NEAR = 'near the end';
  const END = 'No more look-ups';
  test.each<[string, Entry[], Partial<typeof LIMITS>, string | undefined]>([
    ['nothing at its start', [], {}, undefined],
    ['nothing while there is room', steps(3), {}, undefined],
    ['nothing right after an answer', [answer(500)], {}, undefined],
    ['to come to an end, by tokens', [answer(175), results()], {}, NEAR],
    ['to come to an end, by what was just read', [answer(100), results('x'.repeat(220))], {}, NEAR],
    ['to come to an end, by steps', steps(7), {}, NEAR],
    ['to come to an end, by cost', [answer(1, { usd: 0.9 }), results()], {}, NEAR],
    ['that this is the end, by tokens', [answer(195), results()], {}, END],
    ['that this is the end, by steps', steps(10), {}, END],
    ['that this is the end, by cost', [answer(1, { usd: 1.1 }), results()], {}, END],
    ['that this is the end, by a budget', steps(1), { isOverBudget: true }, END],
    ['that it goes round', Array.from({ length: 3 }, () => [answer(1), results()]).flat(), {}, 'same call'],
  ])('%s', (_name, entries, limits, told) => {
    const note = noteFor(entries, { ...LIMITS, ...limits });
    if (told === undefined) expect(note).toBeUndefined();
    else expect(note?.text).toContain(told);
  });

  test('it is told once that the end is near', () => {
    const [first] = [noteFor(steps(7), LIMITS)];
    if (first === undefined) throw new Error('it was not told');
    expect(noteFor([...steps(7), first, answer(9), results('new')], LIMITS)).toBeUndefined();
  });
});

test('sources are what was read, each once, and not what was searched or failed', async () => {
  const call = (name: string, args: object, kind: 'done' | 'failed' = 'done') => ({
    name,
    arguments: JSON.stringify(args),
    state: { kind },
  });
  const registry = createRegistry(await allTools());
  expect(
    sourcesOf(
      [
        call('hf_papers', { operation: 'search', query: 'x' }),
        call('hf_papers', { operation: 'read_paper', arxiv_id: 'https://arxiv.org/abs/2305.18290' }),
        call('hf_papers', { operation: 'read_paper', arxiv_id: '2305.18290', section: '4' }),
        call('fetch_hf_docs', { url: 'https://huggingface.co/docs/trl/index' }, 'failed'),
        call('github_read_file', { repo: 'huggingface/trl', path: 'README.md' }),
        call('hf_inspect_dataset', { dataset: 'stanfordnlp/imdb' }),
        call('hub_repo_details', { kind: 'space', id: 'a/b' }),
        call('hf_repo_files', { operation: 'read', kind: 'model', id: 'a/b', path: 'config.json' }),
        call('hf_repo_files', { operation: 'list', kind: 'model', id: 'a/b', path: 'logs' }),
        { name: 'hf_papers', arguments: '{broken', state: { kind: 'done' } },
      ],
      registry,
    ),
  ).toEqual([
    'https://arxiv.org/abs/2305.18290',
    'https://github.com/huggingface/trl/blob/HEAD/README.md',
    'https://huggingface.co/datasets/stanfordnlp/imdb',
    'https://huggingface.co/spaces/a/b',
    'https://huggingface.co/a/b/blob/main/config.json',
  ]);
});
