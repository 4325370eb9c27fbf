import type { ModelClient } from '../llm/client.ts';
import { ModelError } from '../llm/errors.ts';
import type { Redactor } from '../ops/redaction.ts';
import { takeOperation } from '../session/inbox.ts';
import { type Claim, fenced } from '../session/lease.ts';
import * as record from '../session/record.ts';
import { context, currentExchange, placeOf, type Snapshot } from '../session/snapshot.ts';
import { isSettled } from '../session/tool-calls.ts';
import type { TranscriptMessage } from '../session/transcript.ts';
import type { Registry } from '../tools/registry.ts';
import { requestOf } from './request.ts';

export type CompactionDeps = {
  model: ModelClient;
  registry: Registry;
  systemPrompt: string;
  redact: Redactor;
  render(sessionId: string): Promise<void>;
};

/** The newest entries stay as they were said. */
const KEPT = 5;
/** Fewer entries than this are not worth a summary. */
const LEAST = 3;

/**
 * The entries that a summary would stand for: everything between the first request and the newest entries, up to the
 * first call that is still open. Undefined where that is too little.
 */
function compactable(snapshot: Snapshot): TranscriptMessage[] | undefined {
  const told = context(snapshot).filter(({ entry }) => entry.role !== 'notice');
  const first = told.findIndex(({ entry }) => entry.role === 'user');
  const openCalls = new Set(
    snapshot.toolCalls.filter((call) => !isSettled(call.state)).map((call) => call.messageId),
  );
  const firstOpen = told.findIndex((message) => openCalls.has(message.id));
  const end = Math.min(told.length - KEPT, firstOpen === -1 ? told.length : firstOpen);
  const middle = told.slice(first + 1, Math.max(first + 1, end));
  return middle.length < LEAST ? undefined : middle;
}

/**
 * Puts a summary by the model in the place of the middle of the context, in one commit with taking up the operation
 * that asked for it. Where that can't be done the thread is told why, and nothing has changed.
 */
export async function compact(
  deps: CompactionDeps,
  held: Claim,
  snapshot: Snapshot,
  operationId: number,
  signal: AbortSignal,
): Promise<void> {
  const { sessionId } = held;
  const { exchange } = snapshot.session;
  const middle = compactable(snapshot);
  const made = middle
    ? await summarise(deps, snapshot, middle, signal)
    : { ok: false as const, reason: NOTHING };
  await fenced(held, async (tx) => {
    if (!(await takeOperation(tx, operationId))) return;
    if (!made.ok || middle === undefined) {
      await record.addMessage(tx, sessionId, exchange, {
        role: 'notice',
        text: made.ok ? NOTHING : made.reason,
      });
      return;
    }
    await record.addMessage(tx, sessionId, exchange, {
      role: 'summary',
      text: `${made.text}${survivors(snapshot)}`,
      ...rangeOf(snapshot, middle),
      replaced: middle.length,
    });
    await record.emit(tx, sessionId, { type: 'compacted', data: { replaced: middle.length } });
  });
  await deps.render(sessionId);
}

const NOTHING = 'There is too little to compact yet. Nothing was changed.';

const INSTRUCTION = `[ML Intern, automatic] Write a summary of the conversation above: it will stand in its place, and you will go on from it. Keep what is needed to go on without asking again: what people want and what they decided or ruled out; what was found out, with exact names, numbers, ids, paths and links; what was tried and how it came out, errors included; what is under way and what comes next. Leave out what is over and done with. Write plain text, no greeting, at most 1,500 words, and call no tool.`;

async function summarise(
  { model, registry, systemPrompt, redact }: CompactionDeps,
  snapshot: Snapshot,
  middle: readonly TranscriptMessage[],
  signal: AbortSignal,
): Promise<{ ok: true; text: string } | { ok: false; reason: string }> {
  const told = context(snapshot);
  const upTo = told.slice(0, told.findIndex(({ id }) => id === middle.at(-1)?.id) + 1);
  try {
    const answer = await model.complete({
      messages: [
        ...requestOf(systemPrompt, upTo, snapshot.toolCalls),
        { role: 'user', content: INSTRUCTION },
      ],
      tools: registry.forModel,
      toolChoice: 'none',
      signal,
      onText: () => {},
    });
    const text = redact(answer.text).trim();
    return text === '' ? { ok: false, reason: failed('The model gave no summary.') } : { ok: true, text };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { ok: false, reason: failed(error.advice) };
  }
}

const failed = (why: string) => `I could not compact this conversation. ${why} Nothing was changed.`;

/** What a summary must not lose, taken from the record and not from the model's words. */
function survivors(snapshot: Snapshot): string {
  const plan = currentExchange(snapshot)?.plan ?? [];
  const items = plan.map((item) => `- [${item.status}] ${item.content}`);
  const jobs = snapshot.watches.map(
    (watch) => `- ${watch.jobId} on ${watch.flavor}: ${watch.snapshot.stage} ${watch.url}`,
  );
  return [
    ...(items.length > 0 ? ['\n\nThe plan at this point:', ...items] : []),
    ...(jobs.length > 0 ? ['\n\nJobs of this session:', ...jobs] : []),
  ].join('\n');
}

/** The places from just after the entry before the middle to the last of it. */
function rangeOf(snapshot: Snapshot, middle: readonly TranscriptMessage[]): { after: number; upTo: number } {
  const told = context(snapshot);
  const before = told[told.findIndex(({ id }) => id === middle[0]?.id) - 1];
  const last = middle.at(-1);
  return { after: before ? placeOf(before) : 0, upTo: last ? placeOf(last) : 0 };
}
