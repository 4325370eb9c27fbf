import { randomUUID } from 'node:crypto';
import type { Request } from './arguments.ts';
import type { Desk } from './desk.ts';
import { event, type TerminalEvent } from './event-types.ts';
import { createEvents } from './events.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** Where events are told. */
export type Tell = (event: TerminalEvent) => void;

/**
 * Does what a prompt asks for without anybody who could decide anything, and resolves with the code to end
 * with. Where `signal` aborts, what goes on is stopped, and its jobs with it. What may be spent is noted in
 * the record before the request, and held there against every call.
 */
export async function runHeadless(
  desk: Desk,
  { prompt, budgetUsd, isStreamed }: Pick<Request, 'budgetUsd' | 'isStreamed'> & { prompt: string },
  tell: Tell,
  signal: AbortSignal,
): Promise<ExitCode> {
  const thread = randomUUID();
  tell(event('ready', { message: 'Ready', thread }));
  await desk.say(thread, budgetUsd === undefined ? 'yolo off' : `yolo $${budgetUsd.toFixed(2)}`);
  const { texts } = await desk.say(thread, prompt);
  const end = await outcome(desk, { thread, budgetUsd, isStreamed, refusal: texts.join(' ') }, tell, signal);
  tell(event('shutdown', { exit_code: end.code }));
  return end.code;
}

type Running = { thread: string; budgetUsd: number | undefined; isStreamed: boolean; refusal: string };

async function outcome(
  desk: Desk,
  { thread, budgetUsd, isStreamed, refusal }: Running,
  tell: Tell,
  signal: AbortSignal,
): Promise<Outcome> {
  if (refusal !== '') {
    tell(event('error', { error: refusal }));
    return { code: EXIT.failed, why: refusal };
  }
  const events = createEvents(thread, isStreamed);
  const stopping = () => void desk.stop(thread).catch(() => {});
  signal.addEventListener('abort', stopping, { once: true });
  if (signal.aborted) stopping();
  const following = new AbortController();
  try {
    for await (const news of desk.follow(thread, 0, following.signal)) {
      for (const one of events.take(news)) tell(one);
      const told = events.now();
      const ended = outcomeOf(told, budgetUsd);
      if (ended === undefined) continue;
      const last = endOf(ended, told);
      if (last !== undefined) tell(last);
      return ended;
    }
    throw new Error('the thread is followed no more');
  } finally {
    following.abort();
    signal.removeEventListener('abort', stopping);
  }
}

/** The event that tells how it has ended; what waits for somebody has told so itself. */
function endOf(
  { code, why }: Outcome,
  { status, finalAnswer }: ReturnType<ReturnType<typeof createEvents>['now']>,
) {
  switch (code) {
    case EXIT.done:
      return event('turn_complete', {
        final_response: finalAnswer ?? null,
        links: status?.links ?? [],
        tokens: status?.tokens ?? 0,
        ...(status?.usd === undefined ? {} : { cost_usd: status.usd }),
      });
    case EXIT.stopped:
      return event('interrupted', why === undefined ? {} : { message: why });
    case EXIT.approvalNeeded:
    case EXIT.budgetReached:
    case EXIT.failed:
      return event('error', { error: why ?? 'It did not work.', exit_code: code });
    case EXIT.usage:
      return undefined;
    default:
      return code satisfies never;
  }
}
