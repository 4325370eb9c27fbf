import { describe, expect, test } from 'vitest';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import type { Step, ToolCallState } from '../../src/session/tool-calls.ts';
import { statusOf } from '../../src/thread/view/status.ts';
import { type Style, timelineText } from '../../src/thread/view/words.ts';
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
