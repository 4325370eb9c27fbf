import { expect, onTestFinished, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import * as record from '../../src/session/store/record.ts';
import { previewOf, type ToolCallState } from '../../src/session/tool-calls.ts';
import { ADA, assistant } from '../support/snapshots.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

/** Texts that a tool may put out, and Postgres refuses, with what is kept in their place. */
const TEXTS: readonly (readonly [text: string, kept: string])[] = [
  ['\0', '\ufffd'],
  ['a\0b\0', 'a\ufffdb\ufffd'],
  ['\ud83d', '\ufffd'],
  ['\ude00 and on', '\ufffd and on'],
  ['\ude00\ud83d', '\ufffd\ufffd'],
  ['🚀 as it is', '🚀 as it is'],
  ['\\u0000 as it is, \\ud83d', '\\u0000 as it is, \\ud83d'],
];

test('whatever a call puts out is kept: what the record can’t hold is told by a sign', async () => {
  const id = randomIds.next('s');
  const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: id };
  await storage.db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'idle' } });
  for (const [number, [text, kept]] of TEXTS.entries()) {
    const callId = `c_${number}`;
    const running: ToolCallState = { kind: 'running', since: systemClock.now() };
    const done: ToolCallState = { kind: 'done', at: systemClock.now(), output: text };
    await storage.db.transaction('a call with its output', async (tx) => {
      const messageId = await record.addMessage(tx, id, 1, assistant(text));
      const call = { id: callId, providerId: text, name: text, arguments: text, summary: text };
      await record.addToolCalls(tx, id, 1, messageId, [{ ...call, timeline: 'every_call' }]);
      await record.moveToolCall(tx, id, callId, ['proposed'], running);
      await record.setShown(tx, id, callId, { tail: text });
      await record.moveToolCall(tx, id, callId, ['running'], done);
      await record.setDraft(tx, id, { text });
    });
    const snapshot = await readSnapshot(storage.db, id);
    expect(snapshot?.messages.at(-1)?.entry).toMatchObject({ text: kept });
    const call = snapshot?.toolCalls.find((item) => item.id === callId);
    expect(call).toMatchObject({ name: kept, summary: kept, state: { kind: 'done', output: kept } });
  }
});

test('what runs is kept to the byte, also where it holds what has become a secret since', async () => {
  const value = 'became-a-secret-later';
  const forget = storage.db.redaction.learn([{ name: 'LATER', value }]);
  onTestFinished(forget);
  const id = randomIds.next('s');
  const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: id };
  await storage.db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'idle' } });
  const script = `print("${value}")`;
  const request = {
    title: `Run ${value}`,
    facts: [],
    warnings: [],
    preview: previewOf(script, 'python'),
    inlined: { script },
    estimate: {},
  };
  const asked: ToolCallState = { kind: 'awaiting_approval', since: systemClock.now(), request, revision: 0 };
  const callId = randomIds.next('c');
  await storage.db.transaction('a call that people are asked about', async (tx) => {
    const messageId = await record.addMessage(tx, id, 1, assistant(value));
    const call = { id: callId, providerId: 'p', name: 'n', arguments: script, summary: value };
    await record.addToolCalls(tx, id, 1, messageId, [{ ...call, timeline: 'every_call' }]);
    await record.moveToolCall(tx, id, callId, ['proposed'], asked);
  });
  const snapshot = await readSnapshot(storage.db, id);
  const call = snapshot?.toolCalls.find((item) => item.id === callId);
  expect(call?.arguments).toBe(script);
  expect(call?.state).toMatchObject({ request: { inlined: { script }, preview: { text: script } } });
  expect(call?.summary).not.toContain(value);
  expect(
    JSON.stringify([call?.state.kind === 'awaiting_approval' && call.state.request.title]),
  ).not.toContain(value);
});
