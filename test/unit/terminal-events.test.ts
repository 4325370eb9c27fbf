import { describe, expect, test } from 'vitest';
import type { TerminalEvent } from '../../adapters/terminal/event-types.ts';
import { createEvents, type Events } from '../../adapters/terminal/events.ts';
import { outcomeOf } from '../../adapters/terminal/outcome.ts';
import { textOutput } from '../../adapters/terminal/output.ts';
import { printed } from '../../adapters/terminal/printer.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import type { BoardNews } from '../../src/session/store/boards.ts';
import type { ToolCall, ToolCallState } from '../../src/session/tool-calls.ts';
import { view } from '../../src/thread/view/view.ts';
import { assistant, at, call, exchange, snapshot, user } from '../support/snapshots.ts';

/** What a board has of a thread, as its session stands. */
function newsOf(session: Snapshot, version: number): BoardNews {
  let standing: string | undefined;
  const messages = view(session).flatMap((message) =>
    printed(message, 1).flatMap((outgoing, i) => {
      if (outgoing.kind === 'standing') standing = outgoing.standing;
      if (outgoing.kind !== 'message') return [];
      const about = { isTaken: true, isRemoved: false, place: version, version, at: at(0) };
      return [{ id: `${message.key}/${i}`, thread: 't', author: undefined, body: outgoing.body, ...about }];
    }),
  );
  return {
    version,
    threads: [{ thread: 't', title: undefined, standing, version, updatedAt: at(0) }],
    messages,
  };
}

/** What is told of a session that stands like this, one after another. */
function told(sessions: readonly Snapshot[], isStreamed = true) {
  const events = createEvents('t', isStreamed);
  const all = sessions.map((session, i) => events.take(newsOf(session, i + 1)));
  return { events, all: all.flat(), last: all.at(-1) ?? [] };
}

const namesOf = (all: readonly TerminalEvent[]) => all.map(({ event_type }) => event_type);
const outcome = (events: Events, budgetUsd?: number) => outcomeOf(events.now(), budgetUsd);

const REQUEST = {
  title: 'Run a job',
  facts: [{ label: 'Hardware', value: 'a10g-small' }],
  warnings: ['careful'],
};
const asked = (usd: number | undefined, isAlwaysAsked = false): ToolCallState => ({
  kind: 'awaiting_approval',
  since: at(1),
  revision: 0,
  deciders: undefined as never,
  request: {
    ...REQUEST,
    estimate: usd === undefined ? { reason: 'not known' } : { usd },
    ...(isAlwaysAsked ? { isAlwaysAsked } : {}),
  } as never,
});

const withCalls = (calls: Partial<ToolCall>[], more: Parameters<typeof snapshot>[0] = {}) =>
  snapshot({
    entries: [user('go'), assistant('')],
    toolCalls: calls.map((parts, i) =>
      call({ id: `c${i}`, position: i, name: 'read', summary: `file ${i}`, ...parts }),
    ),
    ...more,
  });

const running = { kind: 'running' } as ToolCallState;
const done = { kind: 'done', output: 'x', finishedAt: at(3) } as never as ToolCallState;

describe('a request as events', () => {
  test('is a call, what became of it, and an answer as it grows', () => {
    const long = `It is ${'so '.repeat(100)}`;
    const draft = (text: string) => snapshot({ entries: [user('go')], session: { draft: { text } } });
    const { all, events } = told([
      withCalls([{ state: running }]),
      withCalls([{ state: done }]),
      draft(long),
      draft(`${long}and more`),
      snapshot({
        entries: [user('go'), assistant(`${long}and more.`)],
        session: { state: { kind: 'idle' } },
      }),
    ]);
    expect(namesOf(all)).toEqual([
      ...['tool_call', 'processing', 'tool_output'],
      ...[
        'assistant_chunk',
        'assistant_chunk',
        'assistant_chunk',
        'assistant_stream_end',
        'assistant_message',
      ],
    ]);
    const chunks = all.filter(({ event_type }) => event_type === 'assistant_chunk');
    expect(chunks.map(({ data }) => data.content).join('')).toBe(`${long}and more.`);
    expect(outcome(events)).toEqual({ code: 0, why: undefined });
    expect(events.now().finalAnswer).toBe(`${long}and more.`);
  });

  test('without a stream has the answer alone', () => {
    const text = 'so '.repeat(200);
    const { all } = told(
      [
        snapshot({ entries: [user('go')], session: { draft: { text } } }),
        snapshot({ entries: [user('go'), assistant(text)], session: { state: { kind: 'idle' } } }),
      ],
      false,
    );
    expect(namesOf(all)).toEqual(['processing', 'assistant_message']);
  });

  test('names each of many calls once, though a status shows the newest alone', () => {
    const states = Array.from({ length: 12 }, (_, i) =>
      withCalls(
        Array.from({ length: i + 1 }, (_, n) => ({ state: n < i ? done : running, summary: 'same file' })),
      ),
    );
    const { all } = told(states);
    const ids = all.flatMap(({ event_type, data }) =>
      event_type === 'tool_call' ? [data.tool_call_id] : [],
    );
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
    expect(all.filter(({ event_type }) => event_type === 'tool_output')).toHaveLength(11);
  });

  test('does not name calls anew that stand behind one that comes between', () => {
    const silent = { name: 'plan_tool', summary: 'plan', timeline: 'failures' as never };
    const failed = { kind: 'failed', output: 'x' } as never as ToolCallState;
    const { all } = told([
      withCalls([{ ...silent, state: running }, { state: running }]),
      withCalls([{ ...silent, state: failed }, { state: done }]),
    ]);
    const named = all.filter(({ event_type }) => event_type === 'tool_call').map(({ data }) => data.tool);
    expect(named).toEqual(['read', 'plan_tool']);
  });

  test('tells of a summary in the place of messages, of what is taken back, and of a stop', () => {
    const summary = { role: 'summary', text: 's', replaced: 7, after: 0, upTo: 1 } as never;
    expect(told([snapshot({ entries: [user('go'), summary] })]).all).toContainEqual({
      event_type: 'compacted',
      data: { replaced_messages: 7 },
    });
    const undone = told([
      snapshot({ entries: [user('go')] }),
      snapshot({ entries: [user('go')], exchanges: [exchange({ undone: true })] }),
    ]);
    expect(namesOf(undone.last)).toEqual(['undo_complete']);
    const stopped = told([
      snapshot({ entries: [user('go')], session: { state: { kind: 'interrupted', by: 'You' } } }),
    ]);
    expect(outcome(stopped.events)?.code).toBe(130);
  });
});

describe('what a request ends with', () => {
  const open = (state: ToolCallState, yolo: object = { kind: 'off' }) =>
    told([
      withCalls([{ state, name: 'spend' }], {
        session: { state: { kind: 'parked', on: 'approval' }, settings: { yolo: yolo as never } },
      }),
    ]);
  const cap = { kind: 'cap', usd: 2, by: { id: 'owner', name: 'You' }, at: at(0) };

  test('is that somebody has to approve, with what it is', () => {
    const { all, events } = open(asked(1));
    expect(outcome(events)).toMatchObject({ code: 3, why: expect.stringContaining('--budget') });
    expect(all).toContainEqual({
      event_type: 'approval_required',
      data: {
        count: 1,
        tools: [
          {
            tool_call_id: 'c0',
            title: 'Run a job',
            arguments: { Hardware: 'a10g-small' },
            warnings: ['careful'],
            estimated_cost_usd: 1,
          },
        ],
      },
    });
  });

  test('is the budget where nothing but its sum stands against it', () => {
    expect(outcome(open(asked(3), cap).events, 2)?.code).toBe(4);
    expect(outcome(open(asked(3, true), cap).events, 2)?.code).toBe(3);
    expect(outcome(open(asked(undefined), cap).events, 2)?.code).toBe(3);
    expect(outcome(open(asked(1), cap).events, 2)?.code).toBe(3);
  });

  test.each([
    [{ message: 'no more steps', retryable: true, pause: 'steps' as const }, 4],
    [{ message: 'so much', retryable: true, pause: 'spend' as const }, 4],
    [{ message: 'it broke', retryable: true }, 1],
    [
      { message: 'out', retryable: true, outage: { provider: 'x', since: at(0), tries: 1, retryAt: at(9) } },
      1,
    ],
  ])('is a failure, or a budget: %j', (failure, code) => {
    const { events } = told([
      snapshot({ entries: [user('go')], session: { state: { kind: 'failed', failure } } }),
    ]);
    expect(outcome(events)).toEqual({ code, why: failure.message });
  });

  test('is not there while it works, waits for a job, or has not begun', () => {
    expect(outcome(createEvents('t', true))).toBeUndefined();
    for (const state of [{ kind: 'running' }, { kind: 'parked', on: 'job' }] as const) {
      expect(outcome(told([snapshot({ entries: [user('go')], session: { state } })]).events)).toBeUndefined();
    }
  });
});

test('people who read a pipe have the answer on one stream, whole and once, and the rest on the other', () => {
  const text = 'so '.repeat(200);
  const { all } = told([
    withCalls([{ state: done }]),
    snapshot({ entries: [user('go')], session: { draft: { text } } }),
    snapshot({ entries: [user('go'), assistant(`${text}\u001b[2J!`)], session: { state: { kind: 'idle' } } }),
  ]);
  let [out, progress] = ['', ''];
  const tell = textOutput(
    (part) => (out += part),
    (part) => (progress += part),
  );
  for (const one of all) tell(one);
  expect(out).toBe(`${text}!\n`);
  expect(progress).toBe('- file 0\n');
});
