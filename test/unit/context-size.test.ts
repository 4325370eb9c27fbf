import { describe, expect, test } from 'vitest';
import { compactAt, contextTokens } from '../../src/agent/context-size.ts';
import { systemPromptOf } from '../../src/agent/system-prompt.ts';
import { TokenCounts, tokensOf } from '../../src/llm/tokens.ts';
import type { Entry } from '../../src/session/transcript.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';
import { assistant, at, call, snapshot, user } from '../support/snapshots.ts';

const counted = (input: number, output: number): Entry => ({
  role: 'assistant',
  text: 'said',
  tokens: { input, output },
});
const size = (parts: Parameters<typeof snapshot>[0]) =>
  contextTokens(snapshot(parts), new TokenCounts(), () => 'fixed');

describe('the size of a conversation', () => {
  test.each([
    [100_000, 90_000],
    [131_072, 117_964],
    [190_000, 171_000],
    [190_001, 170_000],
    [1_000_000, 170_000],
  ])('is bounded, for a window of %d, by %d', (window, limit) => {
    expect(compactAt(window)).toBe(limit);
  });

  test('is what the provider counted, and what was added since', async () => {
    const base = await size({ entries: [user('go'), counted(5_000, 200)] });
    expect(base).toBe(5_200);
    const more = await size({ entries: [user('go'), counted(5_000, 200), user('word '.repeat(1_000))] });
    expect(more - base).toBeGreaterThan(900);
    expect(more - base).toBeLessThan(1_200);
  });

  test('counts the results of the calls that the last answer asked for', async () => {
    const state = { kind: 'done' as const, output: 'word '.repeat(1_000), at: at(1) };
    const tokens = await size({ entries: [user('go'), counted(5_000, 200)], toolCalls: [call({ state })] });
    expect(tokens).toBeGreaterThan(6_100);
  });

  test('is counted anew once a summary took the place of what the provider had counted', async () => {
    const entries: Entry[] = [
      user('go'),
      counted(90_000, 200),
      user('and'),
      { role: 'summary', text: 'short', after: 1, upTo: 2, replaced: 1 },
    ];
    expect(await size({ entries })).toBeLessThan(100);
  });

  test('leaves out what is only shown in the thread', async () => {
    const notice: Entry = { role: 'notice', text: 'word '.repeat(1_000) };
    expect(await size({ entries: [user('go'), notice, assistant('said')] })).toBeLessThan(50);
  });
});

test('marks of tokenizers are words like any others, and long texts are scaled', () => {
  expect(tokensOf('<|endoftext|><|im_start|>')).toBeGreaterThan(2);
  const long = 'some words of a long text. '.repeat(50_000);
  expect(tokensOf(long) / long.length).toBeCloseTo(tokensOf(long.slice(0, 100_000)) / 100_000, 2);
});

test.each([
  ['one letter', 'a'],
  ['blanks', ' '],
  ['pictures', '👩‍👩‍👧'],
  ['letters with marks', 'é'],
  ['signs', '<'],
])('a text of %s alone is counted at once, however long it is', async (_what, part) => {
  const { ms, value } = await quickestTurn(async () => tokensOf(part.repeat(400_000 / part.length)));
  expect(value).toBeGreaterThan(1_000);
  expect(ms).toBeLessThan(LONGEST_TURN_MS);
});

describe('the system prompt', () => {
  const parts = {
    template:
      'Begun {{date}} ({{time_zone}}) in {{platform}} by {{requester}}.\n{{tools}}\n{{unknown}}{{channel}}',
    timeZone: 'Asia/Tokyo',
    platforms: { slack: 'Slack' },
    channels: { C1: 'Speak French.' },
    tools: [{ name: 'bash', description: 'Run a command. At length.' }],
  };
  const { session } = snapshot({ session: { createdAt: new Date('2026-03-01T20:00:00Z') } });

  test('says when, where and for whom, what tools there are, and what a channel wants', () => {
    expect(systemPromptOf(session, parts)).toBe(
      'Begun Monday, 2 March 2026 (Asia/Tokyo) in Slack by Ada.\n- `bash`: Run a command.\n{{unknown}}\n# In this channel\n\nSpeak French.',
    );
  });

  test('is the same to the byte whatever happens in the session', () => {
    const later = {
      ...session,
      updatedAt: at(9_999),
      exchange: 7,
      rev: 99,
      settings: { yolo: { kind: 'off' as const }, title: 'T' },
    };
    expect(systemPromptOf(later, parts)).toBe(systemPromptOf(session, parts));
  });

  test('takes nothing from people for a template', () => {
    const sly = { ...session, requester: { id: 'U1', name: '{{channel}}' } };
    expect(systemPromptOf(sly, parts)).toContain('by {{channel}}.');
  });
});
