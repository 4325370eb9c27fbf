import { InteractionResponseType } from 'discord-api-types/v10';
import { flat } from '../components.ts';
import { rawMessage } from '../guild.ts';
import { invalid, problemsOf, UNKNOWN_WEBHOOK } from '../problems.ts';
import { type Component, Modal, problemOf } from '../rules.ts';
import type { Body, DiscordState } from '../state.ts';
import type { Answer, Request, Routes } from './route.ts';

/** What interactions are answered with, at first and later. */
export const interactions: Routes = [
  [
    /^POST \/interactions\/\d+\/([^/]+)\/callback$/,
    (double, request, token = '') => respond(double, token, request),
  ],
  [/^POST \/webhooks\/\d+\/([^/]+)$/, (double, request, token = '') => followUp(double, token, request)],
  [
    /^PATCH \/webhooks\/\d+\/([^/]+)\/messages\/(?:@|%40)original$/,
    (double, request, token = '') => followUp(double, token, request),
  ],
  [
    /^DELETE \/webhooks\/\d+\/([^/]+)\/messages\/(?:@|%40)original$/,
    (double, _request, token = '') => takeBack(double, token),
  ],
];

/** An interaction's first answer. */
function respond(double: DiscordState, token: string, { body, files }: Request): Answer {
  const open = double.open.get(token);
  const isLate = open === undefined || Date.now() - open.at > ANSWER_MS;
  if (isLate) return { status: 404, body: { message: 'Unknown interaction', code: 10_062 } };
  if (open.shows !== 'not taken') {
    return { status: 400, body: { message: 'Interaction has already been acknowledged.', code: 40_060 } };
  }
  const data = (body.data ?? {}) as Body;
  switch (body.type) {
    case InteractionResponseType.Modal: {
      const modal = Modal.safeParse(data);
      if (!modal.success) return invalid(problemsOf(modal.error.issues as never));
      const { user, channel, message } = open;
      double.modals.push({ user, modal: modal.data, channel, message });
      open.shows = 'dialog';
      break;
    }
    case InteractionResponseType.ApplicationCommandAutocompleteResult:
      double.suggestions.push((data.choices ?? []) as { name: string; value: string }[]);
      open.shows = 'nothing';
      break;
    case InteractionResponseType.ChannelMessageWithSource:
      open.shows = 'message';
      return tellPrivately(double, open.user, { body: data, files }) ?? { status: 204 };
    case InteractionResponseType.DeferredChannelMessageWithSource:
      open.shows = 'under way';
      break;
    case InteractionResponseType.DeferredMessageUpdate:
      if (open.message === undefined) return invalid({ type: ['there is no message to update'] } as never);
      open.shows = 'nothing';
      break;
    default:
      break;
  }
  return { status: 204 };
}

/**
 * Takes back what an interaction was answered with: of one that was settled without a word, the message
 * that it is at.
 */
function takeBack(double: DiscordState, token: string): Answer {
  const open = double.open.get(token);
  if (open === undefined || open.shows === 'not taken') return UNKNOWN_WEBHOOK;
  if (open.shows === 'nothing' && open.message) double.guild.delete(open.message);
  open.shows = 'nothing';
  return { status: 204 };
}

/** What follows an interaction's first answer. */
function followUp(double: DiscordState, token: string, request: Pick<Request, 'body' | 'files'>): Answer {
  const open = double.open.get(token);
  if (open === undefined || open.shows === 'not taken') return UNKNOWN_WEBHOOK;
  if (Date.now() - open.at > FOLLOW_UP_MS) {
    return { status: 401, body: { message: 'Invalid Webhook Token', code: 50_027 } };
  }
  const problem = tellPrivately(double, open.user, request);
  if (problem === undefined && open.shows === 'under way') open.shows = 'message';
  return problem ?? { status: 200, body: rawMessage(double.guild.ownMessage(open.channel, {}), double.url) };
}

function tellPrivately(
  double: DiscordState,
  user: string,
  { body, files }: Pick<Request, 'body' | 'files'>,
): Answer | undefined {
  const problem = problemOf(
    body,
    files.map(({ name }) => name),
  );
  if (problem) return invalid(problem);
  const components = (body.components ?? []) as Component[];
  const text = [String(body.content ?? ''), ...flat(components).map(({ content }) => content ?? '')].join(
    '\n',
  );
  double.privates.push({ user, text, components, files: files.map(({ name }) => name) });
  return undefined;
}

/**
 * An interaction has to be answered within this:
 * https://docs.discord.com/developers/interactions/receiving-and-responding.
 */
const ANSWER_MS = 3_000;

/** ... and what follows, within this. */
const FOLLOW_UP_MS = 15 * 60_000;
