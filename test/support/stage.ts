import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../../src/config/load.ts';
import { CHANNELS, type DiscordMessage, PEOPLE } from '../doubles/discord/guild.ts';
import type { HubDouble } from '../doubles/hub/server.ts';
import type { ModelDouble, ModelScript } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { DiscordWorld } from './discord-world.ts';
import { keptText } from './kept-text.ts';
import { type PageClient, wordsIn } from './page-client.ts';
import { PageWorld } from './page-world.ts';
import { until } from './until.ts';
import { shown, World } from './world.ts';

type Who = 'ada' | 'grace';

export type StageOptions = { configure?: (config: Config) => void };

/** A control of a message, by what it does. */
type Control =
  | 'approve'
  | 'reject'
  | 'edit'
  | 'stop'
  | 'retry'
  | 'log'
  | 'rerun'
  | 'approve_all'
  | 'answer'
  | 'decline'
  | 'good'
  | 'bad';

type Posted = { name: string; text: string | Buffer };

/** What people can do and see in a thread, whatever the platform: scenarios are told in these words. */
export type Stage = {
  model: ModelDouble;
  hub: HubDouble;
  /** Somebody mentions the bot in a channel, and begins a thread. */
  ask(who: Who, text: string, files?: readonly Posted[]): void;
  /** Somebody writes in that thread. */
  say(who: Who, text: string, files?: readonly Posted[]): void;
  /** Waits until the thread shows a text. */
  shows(text: string): Promise<void>;
  /** What the bot's messages in the thread show now. */
  all(): string;
  /** Presses a button of the newest message that has it. */
  press(who: Who, control: Control): Promise<void>;
  /** Sends off the dialog that somebody has open. */
  write(who: Who, text: string): Promise<void>;
  /** The same for a dialog with several fields, by their number from 0 on. */
  fill(who: Who, values: Readonly<Record<number, string>>): Promise<void>;
  /** Waits until somebody is told something that nobody else sees. */
  told(who: Who, text: string): Promise<void>;
  /**
   * Waits until somebody hears what was wrong with what they wrote: in private, where the platform can do
   * that.
   */
  hears(who: Who, text: string): Promise<void>;
  /** How the thread, or its request, is shown to stand: `working`, `waiting` or `idle`. */
  standing(): string;
  /** What would notify people who were not meant. */
  pings: RegExp;
  /** What was sent that would have notified a channel, a group or a whole server. */
  broadcasts(): readonly string[];
  /** Names of the files that the bot has posted. */
  files(): string[];
  /** Stops the bot, and returns all that its record holds. */
  kept(): Promise<string>;
  close(): Promise<void>;
};

const SLACK_IDS = { ada: 'U0ADA', grace: 'U0GRACE' } as const;
const SLACK_STATUSES: Readonly<Record<string, string>> = {
  processing: 'working',
  suspended: 'waiting',
  active: 'idle',
};
const SLACK_ACTIONS: Readonly<Record<Control, string>> = {
  approve: 'approve',
  reject: 'reject',
  edit: 'edit',
  stop: 'stop',
  retry: 'retry',
  log: 'job_log',
  rerun: 'rerun_job',
  approve_all: 'approve',
  answer: 'answer_question',
  decline: 'decline_question',
  good: '',
  bad: '',
};

export async function onSlack(script: ModelScript, { configure }: StageOptions): Promise<Stage> {
  const world = await World.create('shared', { script, ...(configure ? { configure } : {}) });
  await world.start();
  let asked: SlackMessage | undefined;
  const first = (): SlackMessage => {
    if (asked === undefined) throw new Error('nobody has asked yet');
    return asked;
  };
  const write = (who: Who, text: string, files: readonly Posted[], thread?: string): SlackMessage =>
    files.length > 0
      ? world.slack.share(SLACK_IDS[who], 'C0ML', files, text, thread)
      : world.slack.say(SLACK_IDS[who], 'C0ML', text, thread);
  const told = async (who: Who, text: string): Promise<void> =>
    void (await until(`${who} is told "${text}"`, () =>
      world.slack.ephemerals.find((item) => item.user === SLACK_IDS[who] && item.text.includes(text)),
    ));
  return {
    model: world.model,
    hub: world.hub,
    ask(who, text, files = []) {
      asked = write(who, `<@UBOT00001> ${text}`, files);
    },
    say: (who, text, files = []) => void write(who, text, files, first().ts),
    shows: async (text) => void (await world.reply(first(), text)),
    all: () => world.describe(first()),
    async press(who, control) {
      if (control === 'good' || control === 'bad') {
        const message = await newest(world, first(), 'feedback_buttons');
        return world.slack.rate(SLACK_IDS[who], message, control === 'good' ? 'positive' : 'negative');
      }
      const label = control === 'approve_all' ? '"Approve all"' : `"action_id":"${SLACK_ACTIONS[control]}"`;
      world.slack.click(SLACK_IDS[who], await newest(world, first(), label), SLACK_ACTIONS[control]);
    },
    write: async (who, text) => void (await world.slack.submit(SLACK_IDS[who], text)),
    fill: async (who, values) =>
      void (await world.slack.submit(
        SLACK_IDS[who],
        Object.fromEntries(Object.entries(values).map(([i, value]) => [`field${i}`, value])),
      )),
    told,
    hears: told,
    standing: () => SLACK_STATUSES[world.slack.standing(first()) ?? ''] ?? 'not shown',
    pings: /@everyone|@here|<!channel>/,
    broadcasts: () => world.slack.broadcasts,
    files: () => world.slack.uploads.files.filter(({ isShared }) => isShared).map(({ name }) => name),
    kept: () => keptBy(world),
    close: () => world.close(),
  };
}

async function keptBy(world: World): Promise<string> {
  await world.stop();
  const storage = await world.backend.open();
  try {
    return await keptText(storage);
  } finally {
    await storage.close();
  }
}

const newest = (world: World, first: SlackMessage, part: string): Promise<SlackMessage> =>
  until(
    () => `a message with ${part}; there is: ${world.describe(first)}`,
    () => world.replies(first).findLast((message) => shown(message).includes(part)),
  );

const DISCORD_REACTIONS: Readonly<Record<string, string>> = {
  '👀': 'working',
  '⏳': 'waiting',
  '✅': 'idle',
  '⚠️': 'idle',
  '⏹️': 'idle',
};
/** How its buttons come back: the name, and behind bars the values. */
const DISCORD_ACTIONS: Readonly<Record<Control, string>> = {
  approve: 'approve|c_',
  reject: 'reject|c_',
  edit: 'edit|',
  stop: 'stop',
  retry: 'retry',
  log: 'job_log|',
  rerun: 'rerun_job|',
  approve_all: 'approve|all',
  answer: 'answer_question|',
  decline: 'decline_question|',
  good: 'feedback|good',
  bad: 'feedback|bad',
};

export async function onDiscord(script: ModelScript, { configure }: StageOptions): Promise<Stage> {
  const on = await DiscordWorld.create(script, configure ? { configure } : {});
  await on.start();
  const { discord } = on;
  let asked: DiscordMessage | undefined;
  const first = (): DiscordMessage => {
    if (asked === undefined) throw new Error('nobody has asked yet');
    return asked;
  };
  return {
    model: on.world.model,
    hub: on.world.hub,
    ask(who, text, files = []) {
      asked = discord.say(who, CHANNELS.ml, `<@me> ${text}`, files);
    },
    say: (who, text, files) => void discord.say(who, first().id, text, files),
    shows: async (text) => void (await on.reply(first().id, text)),
    all: () => on.describe(first().id),
    async press(who, control) {
      const id = DISCORD_ACTIONS[control];
      const message = await until(
        () => `a message with ${id}; there is: ${on.describe(first().id)}`,
        () => on.replies(first().id).findLast((item) => JSON.stringify(item.components).includes(`"${id}`)),
      );
      discord.click(who, message, id);
    },
    write: async (who, text) => void (await discord.submit(who, { text })),
    fill: async (who, values) =>
      void (await discord.submit(
        who,
        Object.fromEntries(Object.entries(values).map(([i, value]) => [`field${i}`, value])),
      )),
    told: async (who, text) => void (await on.told(who, text)),
    hears: async (_who, text) => void (await on.reply(first().id, text)),
    standing: () => [...first().reactions].map((emoji) => DISCORD_REACTIONS[emoji] ?? emoji).join(),
    // Behind a backslash Discord shows them as they are, and nobody is called.
    pings: /(?<!\\)(?:@everyone|@here|<@&8)/,
    broadcasts: () => discord.broadcasts,
    files: () =>
      on
        .replies(first().id)
        .flatMap(({ attachments }) => attachments)
        .map(({ filename }) => filename)
        .concat(discord.privates.filter(({ user }) => user === PEOPLE.ada.id).flatMap(({ files }) => files)),
    kept: () => keptBy(on.world),
    close: () => on.close(),
  };
}

/** What the page answers, as far as scenarios go on with it. */
const Given = z.looseObject({
  kind: z.string().optional(),
  name: z.string().optional(),
  form: z.looseObject({ subject: z.unknown() }).optional(),
});

/** The page, where everybody is whoever has it. */
export async function onPage(script: ModelScript, { configure }: StageOptions): Promise<Stage> {
  const on = await PageWorld.create(script, configure ? { configure } : {});
  await on.start();
  const client = await on.browser();
  const thread = randomUUID();
  const given: z.infer<typeof Given>[] = [];
  const heard: string[] = [];
  const does = async (path: string, body: object): Promise<void> => {
    const answer = await client.does(path, { thread, ...body });
    given.push(Given.parse(answer));
    heard.push(wordsIn(answer));
  };
  const write = (id: string, text: string, files: readonly Posted[] = []): void => {
    const sent = files.map(({ name, text: of }) => ({ name, base64: Buffer.from(of).toString('base64') }));
    void does('/page/say', { id, text, files: sent });
  };
  const submit = (values: Readonly<Record<string, string>>): Promise<void> =>
    does('/page/submit', { subject: given.findLast(({ form }) => form)?.form?.subject, values });
  const named = (words: string): string => words.replaceAll('Ada', 'You');
  const told = (_who: Who, text: string): Promise<void> =>
    until(
      () => `"${text}" is told; told was: ${heard.join()}`,
      () => heard.some((one) => one.includes(text)),
    ).then(() => {});
  await client.follow(thread);
  return {
    model: on.world.model,
    hub: on.world.hub,
    ask: (_who, text, files) => write(thread, text, files),
    say: (_who, text, files) => write(randomUUID(), text, files),
    shows: async (text) =>
      void (await until(
        () => `"${named(text)}"; there is: ${client.shows()}`,
        () => client.shows().includes(named(text)),
      )),
    all: () => client.shows(),
    async press(_who, control) {
      const id = DISCORD_ACTIONS[control];
      const { name, values } = await until(
        () => `a button ${id}; there is: ${client.shows()}`,
        () => buttonsOf(client).findLast((one) => [one.name, ...one.values].join('|').startsWith(id)),
      );
      await does('/page/click', { name, values });
    },
    write: (_who, text) => submit({ text }),
    fill: (_who, values) =>
      submit(Object.fromEntries(Object.entries(values).map(([i, value]) => [`field${i}`, value]))),
    told,
    hears: told,
    standing: () => client.threads.get(thread)?.standing ?? 'not shown',
    pings: /@everyone|@here/,
    broadcasts: () => [],
    files: () =>
      client
        .inOrder()
        .flatMap(({ pieces }) => pieces)
        .flatMap(({ kind, name }) => (kind === 'file' ? [String(name)] : [])),
    kept: () => keptBy(on.world),
    close: () => on.close(),
  };
}

const buttonsOf = (client: PageClient) =>
  client.inOrder().flatMap(({ pieces }) => pieces.flatMap(({ buttons }) => buttons));
