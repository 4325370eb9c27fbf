import type { Tx } from '../db/database.ts';
import { later } from '../lib/clock.ts';
import { type ModelError, OUTAGES } from '../llm/errors.ts';
import type { Session } from '../session/snapshot.ts';
import type { Failure } from '../session/state.ts';
import { mayTellRecovery } from '../session/store/outages.ts';
import * as record from '../session/store/record.ts';
import { recoveryText } from '../thread/words/stops.ts';

/*
 * A request whose model provider is out waits for it and tries again by itself, so that a night's outage does
 * not cost the night.
 */

const MINUTE_MS = 60_000;

/** Between tries; the last one again and again. A model call has tried for a minute or two by itself. */
const WAITS_MS = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS);

/**
 * Answers that break off are paid for: the same request is made so many times more, each with the retries of
 * a model call, and not for hours.
 */
const PAID_TRIES = 3;

/** What passes by itself. An empty account and an answer without an end do not. */
const isPassing = (kind: ModelError['kind']): boolean =>
  OUTAGES.has(kind) && kind !== 'credits' && kind !== 'too_much';

/** Why a model call failed, and when it is tried again where that may help and is not given up yet. */
export function failureAfter(
  error: ModelError,
  { settings }: Pick<Session, 'settings'>,
  { now, mostHours }: { now: Date; mostHours: number },
): Failure {
  const failed = { message: error.advice, retryable: true };
  if (!isPassing(error.kind) || mostHours === 0) return failed;
  const provider = error.provider ?? '';
  const known = settings.outage?.provider === provider ? settings.outage : undefined;
  const { since, tries } = known ?? { since: now, tries: 0 };
  if (error.mayBePaid && tries >= PAID_TRIES) return failed;
  const wait = WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? MINUTE_MS;
  const retryAt = later(now, Math.max(wait, error.retryAfterMs ?? 0));
  if (retryAt > later(since, mostHours * 60 * MINUTE_MS)) return failed;
  return { message: error.trouble, retryable: true, outage: { provider, since, tries: tries + 1, retryAt } };
}

/** An answer ends the outage that a session had met; who was told of it is told that, once. */
export async function afterAnswer(tx: Tx, session: Session): Promise<void> {
  const { id, settings, exchange, requester } = session;
  if (settings.outage === undefined) return;
  await record.changeSettings(tx, id, { outage: null });
  if (!(await mayTellRecovery(tx, session, settings.outage.provider))) return;
  const text = recoveryText(settings.title);
  await record.addMessage(tx, id, exchange, { role: 'notice', text, mentions: [requester.id] });
}
