import { cut } from '../lib/cut.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { orderNamed } from '../session/experiments/order.ts';
import type { WrittenAt } from '../session/written-at.ts';
import { accountText } from '../thread/view/words.ts';
import {
  CATCH_UP_IN_THREAD,
  goesOnIn,
  MODEL_IN_THREAD,
  NO_ACCOUNTS,
  ONLY_IN_THREAD,
  SHOWN_IN_THREAD,
  sayWhat,
} from '../thread/words/answers.ts';
import {
  commandsHelp,
  jobsRunning,
  NO_JOBS,
  NO_SESSIONS,
  noOlderThan,
  whoChanges,
  YOUR_ACCOUNT,
} from '../thread/words/pages.ts';
import { ACTIONS } from './actions.ts';
import { type Answer, notice } from './answers.ts';
import { type Card, jobItem, sessionItem, words } from './cards.ts';
import { catchUpCard } from './catch-up.ts';
import { type ControllerDeps, sessionThread } from './clicks.ts';
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
    return notice(sayWhat(traits.slash));
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
  return notice(goesOnIn(traits.threadLink(address)));
}

/** Somebody's sessions, the latest active first. */
async function sessionsCard(
  { sessions, traits }: ControllerDeps,
  { place, who }: From,
  wanted?: string,
): Promise<Card> {
  const all = await sessions.of(place, who.id, traits.listed.sessions);
  const own = wanted === undefined ? all : all.filter(({ id }) => id === wanted);
  if (own.length === 0) return words(NO_SESSIONS);
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
  const title = jobsRunning(running);
  const older = { kind: 'note' as const, text: noOlderThan(most) };
  return {
    title,
    parts: [
      { kind: 'heading', text: title },
      { kind: 'list', items: rows.slice(0, most).map((row) => jobItem(row, traits)) },
      ...(rows.length > most ? [older] : []),
    ],
  };
}

async function switchModel(deps: ControllerDeps, id: string, from: From): Promise<Answer> {
  if (!deps.traits.takesCommandsInThreads) return notice(MODEL_IN_THREAD);
  const address = await sessionThread(from, deps);
  if (address === undefined) return notice(ONLY_IN_THREAD);
  const author = await from.who.person();
  const { sourceId } = from;
  await deps.intake.message({ address, sourceId, text: `model ${id}`.trim(), author, messageId: '' });
  return notice(SHOWN_IN_THREAD);
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
    const note = whoChanges(traits.managers);
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

/** Somebody's own account on the Hub, and signing in or out. */
export async function accountCard({ accounts, traits }: ControllerDeps, { place, who }: From): Promise<Card> {
  if (accounts === undefined) return words(NO_ACCOUNTS);
  const name = await accounts.nameOf(place, who.id);
  const button: Control =
    name === undefined
      ? { label: 'Sign in', name: ACTIONS.signIn, values: ['sign-in'], style: 'primary' }
      : { label: 'Sign out', name: ACTIONS.signOut, values: ['sign-out'] };
  return {
    title: YOUR_ACCOUNT,
    parts: [
      { kind: 'text', text: traits.style.plain(cut(accountText(name), 1_000)) },
      { kind: 'buttons', buttons: [button] },
    ],
  };
}

function helpCard({ traits }: ControllerDeps): Card {
  const { slash } = traits;
  return { title: `${slash} jobs, ${slash} help`, parts: [{ kind: 'text', text: commandsHelp(traits) }] };
}
