import type { Exchange, Session, Snapshot } from '../../src/session/snapshot.ts';
import type { Failure } from '../../src/session/state.ts';
import type { Entry } from '../../src/session/transcript.ts';
import { stopText } from '../../src/thread/words/stops.ts';
import { ADA, at, exchange, snapshot } from '../support/snapshots.ts';

/* Work that has stopped before it is done. */

type Parts = { go: Entry; plan: Exchange['plan']; usage: Exchange['usage']; settings: Session['settings'] };

const failed = (message: string) => ({ kind: 'failed' as const, failure: { message, retryable: true } });

const NO_CREDITS =
  'The model account has run out of credits. Add some at https://huggingface.co/settings/billing and press Retry.';

const GO_ON: Failure = {
  message: 'This session has cost $5.02 so far. Press Continue, or write a message, and I go on.',
  retryable: true,
  pause: 'spend',
};

const OUT: Failure = {
  message: 'The model provider could not be reached.',
  retryable: true,
  outage: { provider: 'router', since: at(0), tries: 3, retryAt: at(900) },
};

/** What calls somebody to work that has stopped. */
const stop = (failure: Failure, { settings }: Parts): Entry => ({
  role: 'notice',
  text: stopText(failure, settings.title, 'Europe/Berlin'),
  mentions: ['U0ADA'],
  isStop: true,
});

export function stops(parts: Parts): { heading: string; snapshot: Snapshot }[] {
  const { go, plan, usage, settings } = parts;
  return [
    {
      heading: 'Stuck',
      snapshot: snapshot({
        session: { settings, state: failed(NO_CREDITS) },
        exchanges: [exchange({ plan, usage })],
        entries: [go, stop(failed(NO_CREDITS).failure, parts)],
      }),
    },
    {
      heading: 'Waiting for the model provider',
      snapshot: snapshot({
        session: { settings, state: { kind: 'failed', failure: OUT } },
        exchanges: [exchange({ plan, usage })],
        entries: [go, stop(OUT, parts)],
      }),
    },
    {
      heading: 'Shall I go on?',
      snapshot: snapshot({
        session: {
          settings: { ...settings, yolo: { kind: 'cap', usd: 20, by: ADA, at: at(0) } },
          state: { kind: 'failed', failure: GO_ON },
        },
        exchanges: [exchange({ usage: { ...usage, usd: 5.02 } })],
        entries: [go, stop(GO_ON, parts)],
      }),
    },
  ];
}
