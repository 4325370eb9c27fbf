import {
  type APIModalInteractionResponseCallbackData,
  type BaseMessageOptions,
  DiscordAPIError,
  type Interaction,
  MessageFlags,
  RESTJSONErrorCodes,
} from 'discord.js';
import type { Controller } from '../../src/controller/controller.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { cut } from '../../src/lib/cut.ts';
import type { InFlight } from '../../src/lib/in-flight.ts';
import type { Logger } from '../../src/lib/log.ts';
import { sourceOf } from '../shared/source.ts';
import { didNotWork, NOT_REACHED, notTold } from '../shared/words.ts';
import { REST_API } from './delivery.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { attemptsAt } from './rest.ts';

/*
 * The one place where interactions are answered. What somebody asks for is in the record before Discord is
 * told that it was taken: Discord makes no interaction again, and shows "This interaction failed" as long as
 * it is not answered.
 */

type Repliable = Extract<Interaction, { reply: unknown }>;

/** A message that only one person sees. */
type PrivateMessage = BaseMessageOptions & { isV2?: boolean };

/** What an interaction is answered with, once what it asks for has been done. */
export type Reply =
  /** What came of it is shown where it was asked for. */
  | { kind: 'nothing' }
  | { kind: 'told'; text: string }
  | { kind: 'dialog'; dialog: APIModalInteractionResponseCallbackData }
  | { kind: 'shown'; messages: readonly PrivateMessage[] };

export const NOTHING: Reply = { kind: 'nothing' };
export const told = (text: string): Reply => ({ kind: 'told', text });
export const dialog = (modal: APIModalInteractionResponseCallbackData): Reply => ({
  kind: 'dialog',
  dialog: modal,
});

export type Answering = { controller: Pick<Controller, 'isFirst'>; log: Logger; inFlight: InFlight };

/**
 * Discord gives up on an interaction after three seconds
 * (https://docs.discord.com/developers/interactions/receiving-and-responding): what takes longer than this is
 * shown to be under way, to the one who asked.
 */
const LATE_MS = 1_500;

/**
 * Does what an interaction asks for, and then answers it. `work` resolves once that is in the record. Of
 * several processes that are told of an interaction one does it. What goes wrong is told to who asked; never
 * rejects.
 */
export function respond(
  interaction: Repliable,
  { controller, log, inFlight }: Answering,
  work: () => Promise<Reply>,
  { lateMs = LATE_MS }: { lateMs?: number } = {},
): void {
  void inFlight.track(
    (async () => {
      const endWaiting = sayWhereLate(interaction, lateMs, log);
      let reply: Reply | undefined;
      try {
        const isMine = await controller.isFirst(sourceOf('discord', 'interaction', interaction.id));
        reply = isMine ? await work() : undefined;
      } catch (error) {
        log.error({ err: error }, 'a click or a command could not be taken');
        reply = told(troubleText(error));
      }
      const isLate = await endWaiting();
      if (reply === undefined) return;
      const given = reply;
      await answerWith(interaction, given, isLate).catch((error: unknown) =>
        giveOtherwise(interaction, given, error, log),
      );
    })(),
  );
}

/**
 * Shows that something is under way where it takes too long. What is returned ends that, waits until it has
 * come to rest, and says whether it is shown.
 */
function sayWhereLate(interaction: Repliable, lateMs: number, log: Logger): () => Promise<boolean> {
  const ending = new AbortController();
  const late = systemClock.sleep(lateMs, ending.signal).then(
    async () => {
      try {
        const came = await first(interaction, () =>
          interaction.deferReply({ flags: MessageFlags.Ephemeral }),
        );
        return came !== 'elsewhere';
      } catch (error) {
        // What it comes to is told nevertheless, by whatever way is open then.
        log.info({ err: error }, 'that an answer takes longer could not be shown');
        return false;
      }
    },
    () => false, // it was in time
  );
  return () => {
    ending.abort();
    return late;
  };
}

/** How a first answer came to be the first: by this attempt, by one of ours before, or by another process. */
type Came = 'now' | 'repeated' | 'elsewhere';

/** Makes the first answer to an interaction; one whose arrival is not known is made again. */
async function first(interaction: Repliable, answer: () => Promise<unknown>): Promise<Came> {
  try {
    await answer().catch((error: unknown) => {
      if (REST_API.failureOf(error).reason !== 'unavailable') throw error;
      return answer(); // whether it arrived, the second attempt tells
    });
    return 'now';
  } catch (error) {
    const isAnswered =
      error instanceof DiscordAPIError &&
      error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
    if (!isAnswered) throw error;
    interaction.deferred = true;
    return attemptsAt(error.url) > 1 ? 'repeated' : 'elsewhere';
  }
}

/** Answers what has been done. Where it is shown to be under way, the answer takes the place of that. */
async function answerWith(interaction: Repliable, reply: Reply, isLate: boolean): Promise<void> {
  switch (reply.kind) {
    case 'nothing':
      if (isLate) await interaction.deleteReply();
      else if (isOpen(interaction)) await first(interaction, () => settle(interaction));
      return;
    case 'told':
      return show(interaction, [{ content: cut(reply.text, DISCORD_LIMITS.content) }], isLate);
    case 'dialog': {
      const opened =
        isOpen(interaction) && 'showModal' in interaction
          ? await first(interaction, () => interaction.showModal(reply.dialog))
          : 'elsewhere';
      return opened === 'elsewhere' ? show(interaction, [{ content: TOO_LATE }], isLate) : undefined;
    }
    case 'shown':
      return show(interaction, reply.messages, isLate);
    default:
      return reply satisfies never;
  }
}

const isOpen = ({ deferred, replied }: Repliable): boolean => !deferred && !replied;

const TOO_LATE = 'That took me too long for a dialog to open. Please do it again.';

/** Ends an interaction without a word. */
function settle(interaction: Repliable): Promise<unknown> {
  const isAtMessage =
    interaction.isMessageComponent() || (interaction.isModalSubmit() && interaction.isFromMessage());
  return isAtMessage ? interaction.deferUpdate() : interaction.reply(privately('Done.'));
}

/** Shows messages to the one who asked alone, and notifies nobody else. */
async function show(
  interaction: Repliable,
  messages: readonly PrivateMessage[],
  isLate: boolean,
): Promise<void> {
  for (const [i, { isV2 = false, ...parts }] of messages.entries()) {
    const message = { allowedMentions: { parse: [] }, ...parts };
    const v2 = isV2 ? MessageFlags.IsComponentsV2 : 0;
    const flags = (MessageFlags.Ephemeral | v2) as MessageFlags.Ephemeral;
    if (i === 0 && isLate) await interaction.editReply({ ...message, flags: v2 as never });
    else {
      const isFirst =
        isOpen(interaction) &&
        (await first(interaction, () => interaction.reply({ ...message, flags }))) !== 'elsewhere';
      if (!isFirst) await interaction.followUp({ ...message, flags });
    }
  }
}

const privately = (text: string) => ({
  content: cut(text, DISCORD_LIMITS.content),
  flags: MessageFlags.Ephemeral as const,
  allowedMentions: { parse: [] },
});

/**
 * What was done was done, so only what there is to say is said in another way: as the first answer or a
 * follow-up, else in a direct message.
 */
async function giveOtherwise(
  interaction: Repliable,
  reply: Reply,
  error: unknown,
  log: Logger,
): Promise<void> {
  log.warn({ err: error }, 'a click or a command was taken and could not be answered');
  if (reply.kind === 'nothing') return;
  const text = reply.kind === 'told' ? reply.text : troubleText(error);
  const followUp = () => interaction.followUp(privately(text));
  // Only what is answered takes a follow-up; that it is may be unknown here, where another process has done
  // it.
  const given = isOpen(interaction) ? interaction.reply(privately(text)).catch(followUp) : followUp();
  await given
    .catch(() => interaction.user.send({ content: text, allowedMentions: { parse: [] } }))
    .catch(notTold(log, { user: interaction.user.id }, text));
}

function troubleText(error: unknown): string {
  if (!(error instanceof DiscordAPIError)) return NOT_REACHED;
  const failed = REST_API.failureOf(error);
  if (failed.reason === 'rate_limited' || failed.reason === 'unavailable' || failed.reason === 'gone')
    return NOT_REACHED;
  return didNotWork(failed.why);
}
