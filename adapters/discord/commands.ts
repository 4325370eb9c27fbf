import { isDeepStrictEqual } from 'node:util';
import {
  type AutocompleteInteraction,
  ButtonStyle,
  type ChatInputCommandInteraction,
  type Client,
  ComponentType,
  Events,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  type REST,
  Routes,
  ThreadAutoArchiveDuration,
} from 'discord.js';
import { z } from 'zod';
import type { Logger } from '../../src/ops/log.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { Intake } from '../../src/session/intake.ts';
import { type FileRules, receiveFiles } from '../../src/session/received.ts';
import type { SessionsOverview } from '../../src/session/sessions-overview.ts';
import { stateText } from '../../src/session/status-text.ts';
import { ACTIONS } from '../../src/thread/actions.ts';
import { jobCard } from '../../src/thread/cards.ts';
import type { PlatformParts } from '../../src/thread/platform.ts';
import { splitMarkdown } from '../../src/thread/split.ts';
import { accountText, cut, jobLines } from '../../src/thread/words.ts';
import { uploadedIn } from './attachments.ts';
import { COMMANDS, LOCALES } from './command-list.ts';
import type { Gate } from './gate.ts';
import { idOf } from './ids.ts';
import { readable } from './inbound.ts';
import { addressOf, askerOf, isTaken, personOf, tell } from './interactions.ts';
import { ANSWER_CHARACTERS, DISCORD_LIMITS } from './limits.ts';
import { askModal } from './modals.ts';
import { DIRECT } from './outbound.ts';
import { missingIn } from './permissions.ts';
import { harmless, plain, STYLE } from './style.ts';
import { tablesAsText } from './tables.ts';

export type CommandDeps = Pick<
  PlatformParts,
  'accounts' | 'jobs' | 'sessions' | 'models' | 'channelRules' | 'intake'
> & {
  client: Client<true>;
  gate: Gate;
  log: Logger;
};

const Registered = z.array(z.looseObject({ name: z.string() }));

/** Registers the commands where they are not registered as they are now; says whether anything was changed. */
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
    const work = interaction.isAutocomplete()
      ? suggest(interaction, deps)
      : interaction.isMessageContextMenuCommand()
        ? point(interaction, deps)
        : interaction.isChatInputCommand()
          ? onCommand(interaction, deps)
          : undefined;
    work?.catch(async (error: unknown) => {
      if (isTaken(error)) return;
      deps.log.error({ err: error }, 'a command could not be answered');
      if (!interaction.isRepliable()) return;
      await tell(interaction, 'That did not work. Try again in a minute.').catch(() => {}); // Discord says so itself
    });
  });
}

async function onCommand(command: ChatInputCommandInteraction, deps: CommandDeps): Promise<void> {
  const address = addressOf(command);
  const refusal = await deps.gate.refusal(address, askerOf(command));
  if (refusal !== undefined) return tell(command, refusal);
  await command.deferReply({ flags: MessageFlags.Ephemeral });
  const answer = await (ANSWERS[command.options.getSubcommand()] ?? help)(command, address, deps);
  await show(command, answer);
}

type Shown = { text: string; rows?: Row[] };
type Row = { type: ComponentType.ActionRow; components: ButtonData[] };
type ButtonData = { type: ComponentType.Button; style: ButtonStyle; label: string; customId: string };

/** Nobody is notified by it, whatever it says: it is for the eyes of one, and allows no mentions. */
async function show(command: ChatInputCommandInteraction, { text, rows = [] }: Shown): Promise<void> {
  const parts = splitMarkdown(tablesAsText(text), ANSWER_CHARACTERS);
  for (const [i, content] of parts.entries()) {
    const isLast = i === parts.length - 1;
    const components = [{ type: ComponentType.TextDisplay as const, content }, ...(isLast ? rows : [])];
    const message = { components: components as never, allowedMentions: { parse: [] } };
    if (i === 0) await command.editReply({ ...message, flags: MessageFlags.IsComponentsV2 });
    else await command.followUp({ ...message, flags: MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral });
  }
}

type Answer = (
  command: ChatInputCommandInteraction,
  address: ThreadAddress,
  deps: CommandDeps,
) => Promise<Shown>;

const ANSWERS: Readonly<Record<string, Answer>> = {
  help,
  new: begin,
  status: listSessions,
  jobs: listJobs,
  usage: async (command, address, { sessions }) => ({
    text: await sessions.usage(address, personOf(command)),
  }),
  models: async (_command, _address, { models }) => ({ text: await models.describe() }),
  model: switchModel,
  settings: showSettings,
  account: showAccount,
};

/** Posts the request for everybody to see, and begins a session in its thread. */
async function begin(
  command: ChatInputCommandInteraction,
  address: ThreadAddress,
  deps: CommandDeps,
): Promise<Shown> {
  const text = command.options.getString('request', true);
  const by = personOf(command);
  const { channel } = command;
  if (channel === null || !channel.isSendable()) return { text: 'I can’t write in this channel.' };
  const isInThread = address.workspace === DIRECT || channel.isThread();
  const missing =
    !isInThread && 'permissionsFor' in channel
      ? missingIn(channel, command.guild?.members.me ?? null)
      : undefined;
  if (missing !== undefined) return { text: missing };
  const posted = await channel.send({
    content: cut(`${STYLE.person(by.id)} asks: ${harmless(text)}`, DISCORD_LIMITS.content),
    allowedMentions: { parse: [] },
  });
  if (!isInThread) {
    const name = cut(text.split('\n')[0] ?? 'ML Intern', DISCORD_LIMITS.threadName);
    await posted.startThread({ name, autoArchiveDuration: ThreadAutoArchiveDuration.OneWeek });
  }
  const own = isInThread ? address : { ...address, thread: posted.id };
  await deps.intake.message({
    address: own,
    sourceId: `discord:${posted.id}`,
    text,
    author: by,
    messageId: posted.id,
  });
  return { text: `It goes on in <#${own.thread}>.` };
}

const SESSIONS = 15;

async function listSessions(
  command: ChatInputCommandInteraction,
  { platform, workspace }: ThreadAddress,
  { sessions }: CommandDeps,
): Promise<Shown> {
  const wanted = command.options.getString('session');
  const all = await sessions.of({ platform, workspace }, command.user.id, SESSIONS);
  const own = wanted === null ? all : all.filter(({ id }) => id === wanted);
  if (own.length === 0) return { text: 'You have no sessions yet. Mention me in a channel to begin one.' };
  const lines = own.map(
    ({ settings, state, address }) =>
      `- **${plain(cut(settings.title ?? 'Untitled', 100))}** · ${plain(cut(stateText(state), 200))} · <#${address.thread}>`,
  );
  return { text: `### Your sessions\n${lines.join('\n')}` };
}

const JOBS = 5;

async function listJobs(
  _command: ChatInputCommandInteraction,
  { platform, workspace }: ThreadAddress,
  { jobs }: CommandDeps,
): Promise<Shown> {
  const rows = await jobs.list({ platform, workspace }, JOBS + 1);
  if (rows.length === 0)
    return { text: 'No jobs are running, and none has ended within the last seven days.' };
  const running = rows.filter(({ watch }) => watch.endedAt === undefined).length;
  const head =
    running === 0 ? 'No job is running.' : `${running} ${running === 1 ? 'job is' : 'jobs are'} running.`;
  const listed = rows.slice(0, JOBS);
  const lines = listed.map(
    ({ watch, address, requester }, i) =>
      `${i + 1}. ${jobLines(jobCard(watch), STYLE)} · ${plain(requester.name)} · <#${address.thread}>`,
  );
  const more = rows.length > JOBS ? [`-# Older ones than these ${JOBS} are not shown.`] : [];
  const row = (action: string, label: string, style: ButtonStyle, of: typeof listed): Row[] =>
    of.length === 0
      ? []
      : [
          {
            type: ComponentType.ActionRow,
            components: of.map(({ watch }) => ({
              type: ComponentType.Button,
              style,
              label: `${label} ${listed.findIndex((item) => item.watch.id === watch.id) + 1}`,
              customId: idOf(action, watch.id),
            })),
          },
        ];
  const open = listed.filter(({ watch }) => watch.endedAt === undefined);
  return {
    text: [`**${head}**`, ...lines, ...more].join('\n'),
    rows: [
      ...row(ACTIONS.log, 'Logs', ButtonStyle.Secondary, listed),
      ...row(ACTIONS.cancel, 'Cancel', ButtonStyle.Danger, open),
    ],
  };
}

async function switchModel(
  command: ChatInputCommandInteraction,
  address: ThreadAddress,
  { intake }: CommandDeps,
): Promise<Shown> {
  if (!(await intake.hasSession(address))) return { text: 'Use this in a thread of mine.' };
  const text = `model ${command.options.getString('id', true)}`;
  await intake.message({
    address,
    sourceId: `discord:command:${command.id}`,
    text,
    author: personOf(command),
    messageId: '',
  });
  return { text: 'What comes of it is shown in the thread.' };
}

/** What holds in a channel, with buttons for those who may change it. */
async function showSettings(
  command: ChatInputCommandInteraction,
  { platform, workspace, channel }: ThreadAddress,
  { models, channelRules, gate }: CommandDeps,
): Promise<Shown> {
  const place = { platform, workspace, channel };
  const known = await channelRules.of(place);
  const text = models.settingsOf(place, known, (id) => (/^\d+$/.test(id) ? STYLE.person(id) : id));
  if (!gate.mayChange(askerOf(command))) {
    return {
      text: `${text}\n\nThose who may manage this server can change this, or whoever runs me in the config.`,
    };
  }
  const button = (label: string, half: string): ButtonData => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label,
    customId: idOf(ACTIONS.settings, half),
  });
  const components = [button('Model and threads', 'work'), button('People and money', 'people')];
  return { text, rows: [{ type: ComponentType.ActionRow, components }] };
}

/** Somebody's own account on the Hub, and signing in or out. */
async function showAccount(
  command: ChatInputCommandInteraction,
  { platform, workspace }: ThreadAddress,
  { accounts }: CommandDeps,
): Promise<Shown> {
  if (accounts === undefined) return { text: 'Nobody can sign in here: whoever runs me can change that.' };
  const name = await accounts.nameOf({ platform, workspace }, command.user.id);
  const isIn = name !== undefined;
  const control: ButtonData = {
    type: ComponentType.Button,
    style: isIn ? ButtonStyle.Secondary : ButtonStyle.Primary,
    label: isIn ? 'Sign out' : 'Sign in',
    customId: isIn ? ACTIONS.signOut : ACTIONS.signIn,
  };
  return { text: plain(accountText(name)), rows: [{ type: ComponentType.ActionRow, components: [control] }] };
}

async function help(): Promise<Shown> {
  return {
    text: [
      '**/ml-intern new** – begins a session in a thread of this channel',
      '**/ml-intern status** – your sessions',
      '**/ml-intern jobs** – the jobs that I follow here',
      '**/ml-intern usage** – tokens and cost',
      '**/ml-intern models**, **/ml-intern model** – what I can run on; switching it in a thread',
      '**/ml-intern settings** – what holds in this channel, and changing it',
      '**/ml-intern account** – your own Hugging Face account',
      'To start something, mention me in a channel. In a thread of mine, `help` lists what can be said there.',
    ].join('\n'),
  };
}

const SUGGESTIONS = 25;

/** Offers models, and somebody's sessions, by what they have typed so far. */
async function suggest(
  interaction: AutocompleteInteraction,
  { models, sessions }: CommandDeps,
): Promise<void> {
  const { name, value } = interaction.options.getFocused(true);
  const typed = value.toLowerCase();
  const choices =
    name === 'id'
      ? [...models.choices, 'default'].map((id) => ({ name: id, value: id }))
      : await ownSessions(interaction, sessions);
  const fitting = choices.filter((choice) => choice.name.toLowerCase().includes(typed));
  await interaction.respond(
    fitting
      .slice(0, SUGGESTIONS)
      .map((choice) => ({ name: cut(choice.name, 100), value: choice.value.slice(0, 100) })),
  );
}

async function ownSessions(interaction: AutocompleteInteraction, sessions: SessionsOverview) {
  const { platform, workspace } = addressOf(interaction);
  const own = await sessions.of({ platform, workspace }, interaction.user.id, SUGGESTIONS);
  return own.map(({ id, settings }) => ({ name: settings.title ?? 'Untitled', value: id }));
}

/** "Ask ML Intern about this": asks what about it. */
async function point(command: MessageContextMenuCommandInteraction, { gate }: CommandDeps): Promise<void> {
  const refusal = await gate.refusal(addressOf(command), askerOf(command));
  if (refusal !== undefined) return tell(command, refusal);
  await command.showModal(askModal(command.targetMessage.id));
}

const QUOTE_CHARACTERS = 2_000;

/** Goes on in the thread of the message that was pointed at; one is begun where there is none. */
export const asker =
  (client: Client<true>, intake: Intake, rules: FileRules) =>
  async (modal: ModalSubmitInteraction, messageId: string, question: string, by: Person): Promise<void> => {
    await modal.deferReply({ flags: MessageFlags.Ephemeral });
    const { channel } = modal;
    const message = await channel?.messages.fetch(messageId).catch(() => undefined);
    if (message === undefined) return tell(modal, 'I can’t read that message any more, so nothing was done.');
    const address = addressOf(modal);
    const isInThread = address.workspace === DIRECT || channel?.isThread() === true;
    if (!isInThread && !message.hasThread) {
      const name = cut(question, DISCORD_LIMITS.threadName);
      await message.startThread({ name, autoArchiveDuration: ThreadAutoArchiveDuration.OneWeek });
    }
    const own = isInThread ? address : { ...address, thread: message.id };
    const who = message.member?.displayName ?? message.author.displayName;
    const quote = cut(`[${who}] ${readable(client, message)}`, QUOTE_CHARACTERS).replace(/^/gm, '> ');
    const text = `${question}\n\nThe message that is meant:\n${quote}`;
    const { images, attachments, problems } = await receiveFiles(uploadedIn(modal), rules);
    await intake.message({
      address: own,
      sourceId: `discord:modal:${modal.id}`,
      text,
      author: by,
      messageId: '',
      images,
      attachments,
    });
    await tell(modal, [`It goes on in <#${own.thread}>.`, ...problems].join(' '));
  };
