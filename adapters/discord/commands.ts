import { isDeepStrictEqual } from 'node:util';
import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type Client,
  Events,
  type MessageContextMenuCommandInteraction,
  type REST,
  Routes,
} from 'discord.js';
import { z } from 'zod';
import { type BeginThread, type Command, commandNamed } from '../../src/controller/commands.ts';
import type { Controller } from '../../src/controller/controller.ts';
import { textOf } from '../../src/controller/forms.ts';
import { cut, printedWithin, wholeBeginning } from '../../src/lib/cut.ts';
import { MESSAGE_GONE } from '../../src/thread/words/answers.ts';
import { QUOTE_CHARACTERS } from '../shared/reading.ts';
import { type Answering, type Reply, respond } from './answering.ts';
import { type InteractionDeps, replyOf } from './clicks.ts';
import { COMMANDS, LOCALES } from './command-list.ts';
import { DIALOGS } from './forms.ts';
import { writtenAt } from './ids.ts';
import { addressOf, fromInteraction, isInPrivate } from './interaction-context.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { DIRECT } from './outbound.ts';
import { missingIn } from './permissions.ts';
import { discordReader, standsFor } from './reading.ts';
import { STYLE } from './style.ts';
import { asLines } from './text.ts';
import { beginThread } from './threads.ts';

export type CommandDeps = Answering & { client: Client<true>; controller: Controller };

const Registered = z.array(z.looseObject({ name: z.string() }));

/**
 * Registers the commands where they are not registered as they are now; says whether anything was changed.
 */
export async function syncCommands(
  rest: REST,
  application: string,
  guild: string | undefined,
): Promise<boolean> {
  const route =
    guild === undefined
      ? Routes.applicationCommands(application)
      : Routes.applicationGuildCommands(application, guild);
  const there = Registered.parse(
    await rest.get(route, { query: new URLSearchParams({ with_localizations: 'true' }) }),
  );
  const isSame =
    there.length === COMMANDS.length &&
    COMMANDS.every((wanted) => there.some((found) => isDeepStrictEqual(core(found), core(wanted))));
  if (isSame) return false;
  await rest.put(route, { body: COMMANDS });
  return true;
}

/** The parts of a command that we say; Discord adds ids, versions and defaults. */
function core(command: unknown): unknown {
  if (Array.isArray(command)) return command.map(core);
  if (typeof command !== 'object' || command === null) return command;
  const kept = [
    'type',
    'name',
    'name_localizations',
    'description',
    'description_localizations',
    'options',
    'required',
    'autocomplete',
    'max_length',
  ];
  if (LOCALES.some((locale) => locale in command)) return command; // texts by language
  return Object.fromEntries(
    Object.entries(command)
      .filter(([key, value]) => kept.includes(key) && value !== undefined && value !== false && value !== '')
      .map(([key, value]): [string, unknown] => [key, core(value)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Registers what answers the commands. What they answer is seen by who asked, and by nobody else. */
export function listenToCommands(deps: CommandDeps): void {
  deps.client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isAutocomplete()) {
      void deps.inFlight.track(
        suggest(interaction, deps).catch((error: unknown) =>
          deps.log.warn({ err: error }, 'nothing could be offered to somebody who was typing'),
        ),
      );
    } else if (interaction.isMessageContextMenuCommand()) {
      respond(interaction, deps, () => point(interaction, deps));
    } else if (interaction.isChatInputCommand()) {
      respond(interaction, deps, () => onCommand(interaction, deps), { lateMs: 0 });
    }
  });
}

/** Asked for by a command, which is shown to be under way from the start: some of them look far. */
async function onCommand(
  interaction: ChatInputCommandInteraction,
  { controller }: CommandDeps,
): Promise<Reply> {
  const from = fromInteraction(interaction, 'command', true);
  return replyOf(await controller.command(commandOf(interaction), from, beginner(interaction)));
}

function commandOf({ options }: ChatInputCommandInteraction): Command {
  const name = options.getSubcommand();
  switch (name) {
    case 'new':
      return { kind: name, request: options.getString('request', true) };
    case 'model':
      return { kind: name, id: options.getString('id', true) };
    case 'status': {
      const session = options.getString('session');
      return { kind: name, ...(session === null ? {} : { session }) };
    }
    case 'experiments':
      return { kind: name, by: options.getString('by') ?? '' };
    default:
      return commandNamed(name);
  }
}

/**
 * Posts a request in the channel of a command, and begins a thread from it; in a thread, it goes on there.
 */
const beginner =
  (interaction: ChatInputCommandInteraction): BeginThread =>
  async (request, by) => {
    const { channel, guild } = interaction;
    const address = addressOf(interaction);
    if (channel === null || !channel.isSendable()) {
      return { ok: false, reason: 'I can’t write in this channel.' };
    }
    const isInThread = address.workspace === DIRECT || channel.isThread();
    const missing =
      !isInThread && 'permissionsFor' in channel ? missingIn(channel, guild?.members.me ?? null) : undefined;
    if (missing !== undefined) return { ok: false, reason: missing };
    const posted = await channel.send({
      content: `${STYLE.person(by.id)} asks: ${printedWithin(request, DISCORD_LIMITS.content - 100, asLines)}`,
      allowedMentions: { parse: [] },
    });
    if (!isInThread) {
      const begun = await beginThread(posted, request.split('\n')[0] ?? '');
      if (!begun.ok) return { ok: false, reason: `I can’t begin a thread here: ${begun.why}.` };
    }
    const thread = isInThread ? address.thread : posted.id;
    return {
      ok: true,
      address: { ...address, thread },
      messageId: posted.id,
      writtenAt: writtenAt(posted.id),
      isPrivate: isInPrivate(interaction),
    };
  };

const SUGGESTIONS = 25;

/** Offers models, and somebody's sessions, by what they have typed so far. */
async function suggest(interaction: AutocompleteInteraction, { controller }: CommandDeps): Promise<void> {
  const from = fromInteraction(interaction, 'command', true);
  const { name, value } = interaction.options.getFocused(true);
  const fitting = await controller.suggest(name === 'id' ? 'model' : 'session', value, SUGGESTIONS, from);
  await interaction.respond(
    fitting.map((choice) => ({ name: cut(choice.label, 100), value: wholeBeginning(choice.value, 100) })),
  );
}

/** "Ask ML Intern about this": asks what about it. */
async function point(
  interaction: MessageContextMenuCommandInteraction,
  { controller }: CommandDeps,
): Promise<Reply> {
  const subject = { form: 'ask' as const, messageId: interaction.targetMessage.id };
  return replyOf(await controller.point(subject, fromInteraction(interaction, 'command')));
}

/** Reads a message that was pointed at; it goes on in its thread, and one is begun where there is none. */
export const pointing =
  (client: Client<true>): InteractionDeps['pointedAt'] =>
  (modal) =>
  async (messageId) => {
    const { channel } = modal;
    const message = await channel?.messages.fetch(messageId).catch(() => undefined);
    if (message === undefined) {
      return { ok: false, reason: MESSAGE_GONE };
    }
    const address = addressOf(modal);
    const isInThread = address.workspace === DIRECT || channel?.isThread() === true;
    if (!isInThread && !message.hasThread) {
      const begun = await beginThread(message, textOf(DIALOGS.given(modal)));
      if (!begun.ok) return { ok: false, reason: `I can’t begin a thread here: ${begun.why}.` };
    }
    const thread = isInThread ? address : { ...address, thread: message.id };
    const said = await discordReader(client).attributed(await standsFor(message));
    const quote = cut(said, QUOTE_CHARACTERS).replace(/^/gm, '> ');
    return { ok: true, quote, thread, isPrivate: isInPrivate(modal) };
  };
