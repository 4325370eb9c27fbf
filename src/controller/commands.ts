import { cut } from '../lib/cut.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { orderNamed } from '../session/experiments/order.ts';
import type { WrittenAt } from '../session/written-at.ts';
import { accountText } from '../thread/view/words.ts';
import { ACTIONS } from './actions.ts';
import { type Answer, notice } from './answers.ts';
import { type Card, jobItem, sessionItem, words } from './cards.ts';
import { catchUpCard } from './catch-up.ts';
import { type ControllerDeps, NO_ACCOUNTS, sessionThread } from './clicks.ts';
import type { Control } from './controls.ts';
import { experimentsCard } from './experiments.ts';
import { type From, readableTo } from './from.ts';

/**
 * A command of the platform's own kind, as `/ml-intern jobs`. What it answers is seen by who asked, and by
 * nobody else.
 */
export type Command =
  | { kind: 'help' }
  /** Begins a session in a thread of its own. */
  | { kind: 'new'; request: string }
  /** Somebody's sessions, or one of them. */
  | { kind: 'status'; session?: string }
  /** What has happened in the thread of the command. */
  | { kind: 'catchup' }
  | { kind: 'jobs' }
  /** The runs of the channel; `by` is a metric, or what else they are sorted by. */
  | { kind: 'experiments'; by?: string }
  | { kind: 'usage' }
  | { kind: 'models' }
  | { kind: 'model'; id: string }
  | { kind: 'settings' }
  | { kind: 'account' };

/**
 * Posts somebody's request where everybody sees it, and gives the thread that it begins, or says why that
 * can't be done. The message of the request is named by `messageId`.
 */
export type BeginThread = (
  request: string,
  by: Person,
) => Promise<
  | {
      ok: true;
      address: ThreadAddress;
      messageId: string;
      writtenAt: WrittenAt | undefined;
      /** Whether fewer people read the thread than its channel. */
      isPrivate?: boolean;
    }
  | { ok: false; reason: string }
>;

/** The command that a word and what follows it stand for; help for a word that is none. */
export function commandNamed(text: string): Command {
  const [, word = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  switch (word.toLowerCase()) {
    case 'new':
      return { kind: 'new', request: rest.trim() };
    case 'model':
      return { kind: 'model', id: rest.trim() };
    case 'status':
      return { kind: 'status' };
    case 'experiments':
      return { kind: 'experiments', by: rest.trim().replace(/^by\s+/i, '') };
    case 'catchup':
    case 'jobs':
    case 'usage':
    case 'models':
    case 'settings':
    case 'account':
      return { kind: word.toLowerCase() as 'catchup' | 'jobs' | 'usage' | 'models' | 'settings' | 'account' };
    default:
      return { kind: 'help' };
  }
}

/** Answers a command. Whoever gets here may use the bot there (`controller.ts`). */
export async function command(
  deps: ControllerDeps,
  asked: Command,
  from: From,
  begin: BeginThread,
): Promise<Answer> {
  switch (asked.kind) {
    case 'help':
      return shown(helpCard(deps));
    case 'new':
      return beginSession(deps, asked.request, from, begin);
    case 'status':
      return shown(await sessionsCard(deps, from, asked.session));
    case 'catchup':
      return shown(
        deps.traits.takesCommandsInThreads ? await catchUpCard(deps, from.thread) : words(CATCH_UP_IN_THREAD),
      );
    case 'jobs':
      return shown(await jobsCard(deps, from));
    case 'experiments':
      return shown(await experimentsCard(deps, orderNamed(asked.by ?? ''), from));
    case 'usage': {
      const address = { ...from.place, thread: from.thread?.thread ?? '' };
      return markdown('Usage', await deps.sessions.usage(address, await from.who.person()));
    }
    case 'models':
      return markdown('Models', await deps.models.describe());
    case 'model':
      return switchModel(deps, asked.id, from);
    case 'settings':
      return shown(await settingsCard(deps, from));
    case 'account':
      return shown(await accountCard(deps, from));
    default:
      return asked satisfies never;
  }
}

const CATCH_UP_IN_THREAD =
  'Write `catch me up` in a thread of mine, or choose it from the menu of its newest request: I answer you alone.';

const shown = (card: Card): Answer => ({ kind: 'card', card });

const markdown = (title: string, text: string): Answer =>
  shown({ title, parts: [{ kind: 'markdown', text }] });

/** Posts the request for everybody to see, and begins a session in its thread. */
async function beginSession(
  { intake, traits }: ControllerDeps,
  request: string,
  from: From,
  begin: BeginThread,
): Promise<Answer> {
  if (request === '') {
    return notice(`Say what you need: \`${traits.slash} new fine-tune a small model on stanfordnlp/imdb\``);
  }
  const author = await from.who.person();
  const begun = await begin(request, author);
  if (!begun.ok) return notice(begun.reason);
  const { address, messageId, writtenAt, isPrivate } = begun;
  const sourceId = `${address.platform}:slash:${address.workspace}:${messageId}`;
  const ofThread = isPrivate ? { isPrivate } : {};
  const timeZone = await from.who.timeZone?.();
  const said = { text: request, author, timeZone };
  await intake.message({ address, sourceId, ...said, messageId, writtenAt, ...ofThread });
  return notice(`It goes on in ${traits.threadLink(address)}.`);
}

/** Somebody's sessions, the latest active first. */
async function sessionsCard(
  { sessions, traits }: ControllerDeps,
  { place, who }: From,
  wanted?: string,
): Promise<Card> {
  const all = await sessions.of(place, who.id, traits.listed.sessions);
  const own = wanted === undefined ? all : all.filter(({ id }) => id === wanted);
  if (own.length === 0) return words('You have no sessions yet. Mention me in a channel to begin one.');
  return {
    title: 'Your sessions',
    parts: [
      { kind: 'heading', text: 'Your sessions' },
      { kind: 'list', items: own.map((session) => sessionItem(session, traits)) },
    ],
  };
}

/** The jobs that are followed where somebody can read of them, with what can be done with them. */
async function jobsCard({ jobs, traits }: ControllerDeps, from: From): Promise<Card> {
  const most = traits.listed.jobs;
  const rows = await jobs.list(from.place, most + 1, readableTo(from));
  if (rows.length === 0) return words(NO_JOBS);
  const running = rows.filter(({ watch }) => watch.endedAt === undefined).length;
  const title =
    running === 0 ? 'No job is running.' : `${running} ${running === 1 ? 'job is' : 'jobs are'} running.`;
  const older = { kind: 'note' as const, text: `Older ones than these ${most} are not shown.` };
  return {
    title,
    parts: [
      { kind: 'heading', text: title },
      { kind: 'list', items: rows.slice(0, most).map((row) => jobItem(row, traits)) },
      ...(rows.length > most ? [older] : []),
    ],
  };
}

export const NO_JOBS = 'No jobs are running, and none has ended within the last seven days.';

async function switchModel(deps: ControllerDeps, id: string, from: From): Promise<Answer> {
  if (!deps.traits.takesCommandsInThreads) return notice('Write `model …` in a thread of mine instead.');
  const address = await sessionThread(from, deps);
  if (address === undefined) return notice('Use this in a thread of mine.');
  const author = await from.who.person();
  const { sourceId } = from;
  await deps.intake.message({ address, sourceId, text: `model ${id}`.trim(), author, messageId: '' });
  return notice('What comes of it is shown in the thread.');
}

/** What holds in a channel, with buttons for those who may change it. */
async function settingsCard(
  { models, channelRules, gate, traits }: ControllerDeps,
  { place, who }: From,
): Promise<Card> {
  const known = await channelRules.of(place);
  const { users = [], approvers = [] } = known.rules;
  const names = new Map(
    await Promise.all([...users, ...approvers].map(async (id) => [id, await traits.nameOf(id)] as const)),
  );
  const text = models.settingsOf(place, known, (id) => names.get(id) ?? id);
  if (!(await gate.mayChange(who))) {
    const note = `${sentence(traits.managers)} can change this, or whoever runs me in the config.`;
    return {
      title: 'Settings',
      parts: [
        { kind: 'markdown', text },
        { kind: 'note', text: note },
      ],
    };
  }
  const change = (label: string, value: string): Control => ({
    label,
    name: ACTIONS.settings,
    values: [value],
  });
  const hasRoom = traits.form.fields > FIELDS_OF_A_HALF;
  const buttons = hasRoom
    ? [change('Change', 'change')]
    : [change('Model and threads', 'work'), change('People and money', 'people')];
  return {
    title: 'Settings',
    parts: [
      { kind: 'markdown', text },
      { kind: 'buttons', buttons },
    ],
  };
}

const FIELDS_OF_A_HALF = 5;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Somebody's own account on the Hub, and signing in or out. */
export async function accountCard({ accounts, traits }: ControllerDeps, { place, who }: From): Promise<Card> {
  if (accounts === undefined) return words(NO_ACCOUNTS);
  const name = await accounts.nameOf(place, who.id);
  const button: Control =
    name === undefined
      ? { label: 'Sign in', name: ACTIONS.signIn, values: ['sign-in'], style: 'primary' }
      : { label: 'Sign out', name: ACTIONS.signOut, values: ['sign-out'] };
  return {
    title: 'Your Hugging Face account',
    parts: [
      { kind: 'text', text: traits.style.plain(cut(accountText(name), 1_000)) },
      { kind: 'buttons', buttons: [button] },
    ],
  };
}

function helpCard({ traits }: ControllerDeps): Card {
  const { slash, style, signsInByCommand, takesCommandsInThreads } = traits;
  const line = (words: string, about: string) => `${style.bold(style.plain(`${slash} ${words}`))} – ${about}`;
  const text = [
    line('new …', 'begins a session in this channel with what you write behind it'),
    line('status', 'your sessions'),
    line('jobs', 'the jobs that I follow where you can read'),
    line('experiments', 'the runs of this channel side by side; `by accuracy` sorts them'),
    line('usage', 'tokens and cost'),
    line('models', 'what I can run on'),
    ...(takesCommandsInThreads ? [line('catchup', 'in a thread of mine: what has happened there')] : []),
    ...(takesCommandsInThreads ? [line('model …', 'switches it, in a thread of mine')] : []),
    line('settings', 'what holds in this channel, and changing it'),
    ...(signsInByCommand ? [line('account', 'your own Hugging Face account')] : []),
    line('help', 'this'),
    'To start something, mention me in a channel. In a thread of mine, `help` lists what can be said there.',
  ].join('\n');
  return { title: `${slash} jobs, ${slash} help`, parts: [{ kind: 'text', text }] };
}
