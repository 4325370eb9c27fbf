import type { App, RespondFn } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { Answer as Answered } from '../../src/controller/answers.ts';
import type { Card } from '../../src/controller/cards.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { From } from '../../src/controller/from.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { OLD } from '../../src/thread/words/answers.ts';
import { UNKNOWN_THREAD } from '../../src/thread/words/approvals.ts';
import { answered, type Clicked, clicked, sentOff } from '../shared/answers.ts';
import { sourceOf } from '../shared/source.ts';
import { callOfBlock } from './actions.ts';
import { cardMessage } from './cards.ts';
import { shareFile } from './files.ts';
import { aboutOf, DIALOGS, errorsFor, FORM } from './forms.ts';
import { ButtonClick, Submission } from './payloads.ts';
import type { People } from './people.ts';
import { plainText } from './plain-form.ts';
import { type Answer, answerTo, attend, openDialog, tellPrivately } from './private-answers.ts';
import { readPayload } from './read-payload.ts';
import { whoIs } from './who.ts';
import type { In } from './workspaces.ts';

export type ClickDeps = {
  teamId: string;
  client: WebClient;
  people: People;
  controller: Controller;
  /** Shows somebody their Home tab anew. */
  showHome(user: string): Promise<void>;
};

/** Registers the buttons and menus of messages and of the Home tab, and the dialogs that they open. */
export function listenToClicks(app: App, depsIn: In<ClickDeps>, log: Logger): void {
  app.use(async ({ body, next, ...rest }) => {
    // Bolt fails where a dialog has no name. Ours have: it is of another app, or of an older kind.
    const { view, type } = body as { view?: { callback_id?: unknown }; type?: unknown };
    const isNameless = type !== 'block_actions' && view !== undefined && typeof view.callback_id !== 'string';
    if (!isNameless) return next();
    if ('ack' in rest && typeof rest.ack === 'function') await rest.ack();
  });
  app.action(/.*/, async ({ ack, body, respond, context }) => {
    const deps = await depsIn(context.teamId);
    const click = readPayload(ButtonClick, body, log);
    if (click === undefined) return ack();
    const { channel, user, message } = click;
    const answer =
      channel === undefined
        ? (text: string) => tellPrivately(deps.client, { channel: user.id, user: user.id }, text, log)
        : answerTo(
            respond,
            deps.client,
            { channel: channel.id, user: user.id, thread: message?.thread_ts },
            log,
          );
    await attend({ ack, answer, log }, async () => {
      const what = blockActionOf(click, deps);
      if (what === undefined) return;
      const { from } = what;
      const given = await clicked(deps.controller, what);
      const show = channel === undefined ? {} : { show: shower(respond, answer) };
      await give(deps, given, { from, triggerId: click.trigger_id, answer, log, ...show });
      if (channel === undefined && given.kind !== 'form') await deps.showHome(user.id);
    });
  });
  app.view(FORM, async ({ ack, body, view, context }) => {
    const sent = readPayload(Submission, body, log);
    if (sent === undefined) return ack();
    const errors = await depsIn(context.teamId)
      .then((deps) => onSubmission(deps, sent, log))
      .catch((error: unknown) => {
        log.error({ err: error, callback: view.callback_id }, 'a dialog could not be taken');
        return errorsFor(sent.view, { reason: NOT_TAKEN });
      });
    await (errors === undefined ? ack() : ack({ response_action: 'errors', errors }));
  });
  // Dialogs that were opened before the program was replaced.
  app.view(new RegExp(`^(?!${FORM}$)`), ({ ack, body }) => {
    const sent = readPayload(Submission, body, log);
    if (sent === undefined) return ack();
    return ack({ response_action: 'errors', errors: errorsFor(sent.view, { reason: OLD }) });
  });
}

const NOT_TAKEN =
  'That did not work: a part of me can’t be reached right now. Send it off again in a minute.';

/** What was clicked: its name, what came with it, and where. */
function blockActionOf(click: ButtonClick, { teamId, people }: ClickDeps): Clicked | undefined {
  const [action] = click.actions;
  if (action === undefined) return undefined;
  const { message, user, channel } = click;
  const [name = '', argument = ''] = action.action_id.split(':');
  const inBlock = callOfBlock(action.block_id);
  const isOfCall = inBlock !== undefined && argument !== '';
  const place = { platform: 'slack' as const, workspace: teamId, channel: channel?.id ?? '' };
  return {
    name,
    values: isOfCall ? [inBlock, argument] : action.value.split('|'),
    chosen: action.selected_option?.value ?? action.selected_options?.map(({ value }) => value).join(' '),
    from: {
      who: whoIs(people, user.id),
      place,
      thread: message && { ...place, thread: message.thread_ts ?? message.ts },
      sourceId: sourceOf('slack', 'click', teamId, action.action_ts, user.id, action.value),
      isFromList: message === undefined,
    },
  };
}

/** `show` gives a card with all that it has, where there is a way for that. */
type Giving = {
  from: From;
  triggerId: string;
  answer: Answer;
  show?: (card: Card) => Promise<void>;
  log: Logger;
};

/** Shows somebody a card; what Slack does not take in blocks is said in words. */
export const shower =
  (respond: RespondFn, answer: Answer) =>
  async (card: Card): Promise<void> => {
    const shown = cardMessage(card);
    const message = { ...shown, response_type: 'ephemeral' as const, replace_original: false };
    await respond(message).catch(() => answer(plainText(shown)));
  };

/** Gives somebody what they are answered. */
export const give = (
  { client }: Pick<ClickDeps, 'client'>,
  given: Answered,
  { from, triggerId, answer, show, log }: Giving,
): Promise<void> =>
  answered(given, {
    nothing: async () => {},
    notice: ({ text }) => answer(text),
    form({ form }) {
      const thread = from.thread?.thread;
      const about = { channel: from.place.channel, ...(thread ? { thread } : {}) };
      return openDialog(client, triggerId, DIALOGS.print(form, about), answer, log);
    },
    file: (file) =>
      from.thread === undefined ? answer(UNKNOWN_THREAD) : shareFile(client, from.thread, file),
    card: ({ card }) => show?.(card) ?? answer(plainText(cardMessage(card))),
    // Slack asks itself whether somebody is sure.
    question: ({ text }) => answer(text),
  });

/** What is wrong with a dialog, by its inputs; undefined where it was taken. */
async function onSubmission(
  { controller, teamId, people, client, showHome }: ClickDeps,
  { user, view }: Submission,
  log: Logger,
): Promise<Record<string, string> | undefined> {
  const about = aboutOf(view);
  const channel = about?.channel ?? '';
  const place = { platform: 'slack' as const, workspace: teamId, channel };
  const thread: ThreadAddress | undefined =
    about?.thread === undefined ? undefined : { ...place, thread: about.thread };
  const from: From = {
    who: whoIs(people, user.id),
    place,
    thread,
    sourceId: sourceOf('slack', 'view', teamId, view.id),
    isFromList: false,
  };
  const taken = await sentOff(controller, DIALOGS, view, from);
  if (!taken.ok) return errorsFor(view, taken);
  if (channel === '') await showHome(user.id);
  else if (taken.notice !== undefined) {
    const whom = { channel, user: user.id, thread: about?.thread };
    await tellPrivately(client, whom, taken.notice, log);
  }
  return undefined;
}
