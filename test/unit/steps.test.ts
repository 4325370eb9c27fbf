import { describe, expect, test } from 'vitest';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import { ACTIONS, actionOf } from '../../src/controller/actions.ts';
import { stepsCard } from '../../src/controller/steps.ts';
import type { Traits } from '../../src/controller/traits.ts';
import type { Step, ToolCallState } from '../../src/session/tool-calls.ts';
import { statusOf } from '../../src/thread/view/status.ts';
import { type Style, timelineText } from '../../src/thread/view/words.ts';
import { stepOf as stepOfServer } from '../../src/tools/mcp/steps.ts';
import { HOSTILE_CALLS } from '../support/hostile-calls.ts';
import { assistant, call, exchange, snapshot } from '../support/snapshots.ts';

const tools = await allTools();
const JOB = '666666687f911eaea8000001';
const same = (text: string) => text;
const STYLE = { plain: same, code: (text: string) => `\`${text}\``, italic: same } as Style;

const stepOf = (name: string, args: object) =>
  tools.find((tool) => tool.name === name)?.step?.(JSON.stringify(args).replace(/<(?:job|scheduled)>/, JOB));

/** What the timeline says of one call. */
function lineOf(state: ToolCallState, step: Step | undefined, name = 'read'): string {
  const shown = snapshot({
    exchanges: [exchange()],
    entries: [assistant('')],
    toolCalls: [call({ messageId: 1, name, summary: 'train.py', step, state })],
  });
  const [first] = shown.exchanges;
  if (first === undefined) throw new Error('there is no exchange');
  return timelineText(statusOf(shown, first), STYLE, 1_000);
}

test.each(tools.map(({ name }) => name))('every call of %s has words for people', (name) => {
  for (const args of HOSTILE_CALLS[name] ?? []) {
    const said = stepOf(name, args);
    expect(said, JSON.stringify(args)).toBeDefined();
    for (const text of Object.values(said ?? {})) {
      expect(text).not.toMatch(/undefined|\s$|\s\s|\n/);
      expect(text.length).toBeLessThan(160);
    }
  }
});

test.each([
  ['hf_inspect_dataset', { dataset: 'stanfordnlp/imdb' }, 'Looked at stanfordnlp/imdb'],
  ['hf_papers', { operation: 'search', query: 'label smoothing' }, 'Searched papers for “label smoothing”'],
  ['bash', { command: 'python train.py\nls' }, 'Ran python train.py ls'],
  ['hub_search', { kind: 'model', query: 'qwen', tags: ['peft'] }, 'Searched models for “qwen” with peft'],
  [
    'hf_jobs',
    { operation: 'run', name: 'IMDB baseline', script: 'x', hardware_flavor: 'a10g-small' },
    'Ran IMDB baseline on a10g-small',
  ],
])('%s tells of %j', (name, args, said) => {
  expect(stepOf(name, args)?.did).toBe(said);
});

describe('a line of the timeline', () => {
  const at = new Date('2026-01-01T00:00:00Z');
  test.each([
    [{ kind: 'running' }, '⏳ Reading train.py'],
    [{ kind: 'done', output: '', at }, '✓ Read train.py'],
    [{ kind: 'failed', output: '', at }, '✗ Could not read train.py'],
    [{ kind: 'cancelled', at }, '– Did not read train.py'],
    [{ kind: 'unknown', output: '', at }, '? Tried to read train.py: what came of it is not known'],
  ] as const)('says what came of a call: %j', (state, said) => {
    expect(lineOf(state as ToolCallState, stepOf('read', { path: 'train.py' }))).toBe(said);
  });

  test('names a tool that has no words, such as that of another server', () => {
    expect(lineOf({ kind: 'running' } as ToolCallState, undefined, 'mcp__grep__search')).toBe(
      '⏳ `mcp__grep__search` train.py',
    );
  });
});

test.each([
  [{ name: 'create_ticket' }, { title: 'report', project: 'ml' }, 'Used “create ticket” of tracker · report'],
  [{ name: 'createTicket', title: 'Open a ticket' }, { count: 3 }, 'Used “Open a ticket” of tracker'],
  [{ name: 'q', annotations: { title: 'Query the logs' } }, {}, 'Used “Query the logs” of tracker'],
  [{ name: '__' }, {}, 'Used “__” of tracker'],
])('a call of %j of another server has words for people', (tool, args, did) => {
  expect(stepOfServer(tool, 'tracker', args).did).toBe(did);
});

describe('steps that a thread has no room for', () => {
  const done = { kind: 'done', output: '', at: new Date(0) } as const;
  const worked = (count: number) =>
    snapshot({
      exchanges: [exchange()],
      entries: [assistant('')],
      toolCalls: Array.from({ length: count }, (_, i) =>
        call({ id: `c${i}`, messageId: 1, state: done, step: stepOf('read', { path: `f${i}.py` }) }),
      ),
    });
  const ask = (count: number) =>
    stepsCard(
      { sessions: { whole: async () => worked(count) }, traits: { style: STYLE } as Traits },
      { platform: 'slack', workspace: 'T1', channel: 'C1', thread: '1' },
      1,
    );
  const textOf = ({ parts }: Awaited<ReturnType<typeof ask>>) =>
    parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));

  test('are counted, and a click shows all of them', async () => {
    const [first] = worked(9).exchanges;
    expect(first && statusOf(worked(9), first)).toMatchObject({ earlier: 3, stepsOf: 1 });
    expect(first && statusOf(worked(6), first)).not.toHaveProperty('stepsOf');
    expect(actionOf(ACTIONS.steps, ['1'])).toEqual({ kind: 'steps', exchange: 1 });
    const card = await ask(9);
    expect(card.title).toBe('All 9 steps');
    expect(textOf(card).join('\n').split('\n')).toEqual(
      Array.from({ length: 9 }, (_, i) => `✓ Read f${i}.py`),
    );
  });

  test('are the newest where even a card has no room for all', async () => {
    const card = await ask(3_000);
    const texts = textOf(card);
    expect(card.title).toMatch(/^The newest \d+ of 3000 steps$/);
    expect(texts.join('').length).toBeLessThanOrEqual(10_000);
    expect(texts.every(({ length }) => length < 3_000)).toBe(true);
    expect(texts.at(-1)).toMatch(/f2999\.py$/);
    expect(JSON.stringify(card.parts)).toContain('export');
  });
});
