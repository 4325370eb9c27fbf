import type { RespondFn } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Card } from '../../src/controller/cards.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { cut } from '../../src/lib/cut.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Failed } from '../../src/thread/delivery/outbound.ts';
import { didNotWork, NOT_REACHED, notTold } from '../shared/words.ts';
import { cardMessage } from './cards.ts';
import { codeOf, WEB_API } from './delivery.ts';
import { SLACK_LIMITS } from './limits.ts';
import { plainText } from './plain-form.ts';

/** Tells somebody something that nobody else sees. Never rejects: who can't be told at all is in the log. */
export type Answer = (text: string) => Promise<void>;

/** Tells somebody in private in a channel, or in a thread of it. Never rejects. */
export type TellInThread = (
  channel: string,
  user: string,
  text: string,
  thread: string | undefined,
) => Promise<void>;

/** Somebody, and where they are. */
export type Whom = { channel: string; user: string; thread?: string | undefined };

/** Tells somebody where they are; where Slack does not take that, in a direct message. */
export async function tellPrivately(
  client: WebClient,
  whom: Whom,
  given: string,
  log: Logger,
): Promise<void> {
  const { channel, user, thread } = whom;
  const text = cut(given, SLACK_LIMITS.ephemeralText);
  await firstOf(
    [
      () => client.chat.postEphemeral({ channel, user, text, ...(thread ? { thread_ts: thread } : {}) }),
      () => client.chat.postMessage({ channel: user, text }),
    ],
    notTold(log, whom, text),
  );
}

/** The same with a card; where Slack does not take its blocks, in words. Never rejects. */
export async function showPrivately(client: WebClient, whom: Whom, card: Card, log: Logger): Promise<void> {
  const { channel, user, thread } = whom;
  const message = cardMessage(card);
  const inThread = thread ? { thread_ts: thread } : {};
  await firstOf(
    [
      () => client.chat.postEphemeral({ channel, user, ...inThread, ...message }),
      () => client.chat.postMessage({ channel: user, ...message }),
    ],
    () => tellPrivately(client, whom, plainText(message), log),
  );
}

/** Answers a click or a command by its own way; where that is shut by now, as above. */
export function answerTo(respond: RespondFn, client: WebClient, whom: Whom, log: Logger): Answer {
  return async (text) => {
    const respondThere = () => respond({ text, response_type: 'ephemeral', replace_original: false });
    await firstOf([respondThere], () => tellPrivately(client, whom, text, log));
  };
}

/** Does the first of several things that works. */
async function firstOf(
  ways: readonly (() => Promise<unknown>)[],
  otherwise: (error: unknown) => unknown,
): Promise<void> {
  let last: unknown;
  for (const way of ways) {
    try {
      await way();
      return;
    } catch (error) {
      last = error;
    }
  }
  await otherwise(last);
}

/**
 * What is acknowledged shows as done. So it is acknowledged once `attend` is through (`processBeforeResponse`
 * over HTTP, `socket.ts` in Socket Mode); after two seconds it has to be all the same, and whoever waits is
 * told by then that nothing is done yet.
 */
const LATE_MS = 1_800;

type Asked = { ack: () => Promise<void>; answer: Answer; log: Logger };

/**
 * Does what somebody asked for by a click or a command; what goes wrong is told to them, and is in the log.
 */
export async function attend({ ack, answer, log }: Asked, work: () => Promise<unknown>): Promise<void> {
  await ack();
  const ending = new AbortController();
  const late = systemClock.sleep(LATE_MS, ending.signal).then(
    () => answer(LATE),
    () => {}, // it was in time
  );
  try {
    await work();
  } catch (error) {
    log.error({ err: error }, 'what somebody clicked or commanded could not be done');
    const isSlack = codeOf(error) !== undefined;
    await answer(isSlack ? didNotWork(whyOf(error)) : NOT_REACHED);
  } finally {
    ending.abort();
    await late;
  }
}

const LATE = 'This takes me longer than usual. If nothing comes of it within a minute, please do it again.';

/** Opens a dialog; where Slack does not, whoever clicked is told why, and what to do. */
export async function openDialog(
  client: WebClient,
  triggerId: string,
  view: ModalView,
  answer: Answer,
  log: Logger,
): Promise<void> {
  const isTooMuch =
    view.blocks.length > SLACK_LIMITS.viewBlocks ||
    (view.private_metadata?.length ?? 0) > SLACK_LIMITS.viewMetadata;
  if (isTooMuch) return answer(TOO_MUCH);
  try {
    await client.views.open({ trigger_id: triggerId, view });
  } catch (error) {
    log.warn({ err: error, callback: view.callback_id }, 'a dialog could not be opened');
    await answer(`The dialog could not be opened: ${whyOf(error)}.`);
  }
}

const TOO_MUCH =
  'This is more than a dialog of Slack’s has room for. Write in the thread what should be done.';

const whyOf = (error: unknown): string => whyNot(WEB_API.failureOf(error));

/** What is wrong, and what can be done about it, after a colon. */
export function whyNot(failed: Failed): string {
  switch (failed.reason) {
    case 'rate_limited':
      return `Slack has too much to do; please do it again in ${Math.ceil(failed.retryAfterMs / 1000)} seconds`;
    case 'unavailable':
      return 'Slack can’t be reached right now; please do it again in a minute';
    case 'gone':
      return 'what it is about was deleted';
    default:
      return failed.why;
  }
}
