import { z } from 'zod';
import { Effort } from '../config/effort.ts';
import { type MuteOrder, muteOrderOf } from '../jobs/mutes.ts';
import { type PingOrder, pingOrderOf } from '../jobs/ping-orders.ts';
import type { Person } from '../session/address.ts';
import { directionOf } from '../session/experiments/metrics.ts';
import { type Order, orderNamed } from '../session/experiments/order.ts';
import type { Operation } from '../session/operations.ts';
import type { Offer } from '../session/transcript.ts';
import { modelIdTooLong, OFFERED, reasonTooLong, runsWithoutAsking } from '../thread/words/intake.ts';
import { type Bare, bareWords, saysStop, withoutLead, withoutManners, withoutPlease } from './bare-words.ts';
import { isNearDecision, nearCommands } from './near-commands.ts';
import { meantPings } from './near-pings.ts';
import { type ZoneOrder, zoneOrderOf } from './time-zone-command.ts';
import { corrected } from './typos.ts';
import { type YoloSetting, yoloCommandOf } from './yolo-command.ts';

/** Words that are a command when they are the whole message. */
const COMMANDS = {
  undo: 'undo',
  compact: 'compact',
  new: 'new',
  resume: 'resume',
  retry: 'resume',
  close: 'shutdown',
} as const satisfies Record<string, Operation['kind']>;

/** What is answered at once and does no harm may be called what it is called in our languages. */
const ANSWERED: Readonly<Record<string, 'help' | 'status' | 'usage'>> = {
  ...{ help: 'help', hilfe: 'help', aide: 'help', ayuda: 'help' },
  ...{ status: 'status', statut: 'status', etat: 'status', estado: 'status' },
  ...{ usage: 'usage', verbrauch: 'usage' },
};

export type Command =
  | Exact
  /** Nearly a command: these are offered, and nothing is done. What `isHeld` is not told to the agent yet. */
  | { kind: 'near'; offers: readonly Offer[]; isHeld: boolean }
  /** Speaks of approving or rejecting, and is no decision. */
  | { kind: 'near_decision' };

/** What is done, or answered, as it was written. */
export type Exact =
  | { kind: 'operation'; operation: Operation }
  | { kind: 'help' }
  | { kind: 'status' }
  /** What whoever joins has to know, for them alone where that can be. */
  | { kind: 'catch_up' }
  /** Goes on from here in a thread of its own. */
  | { kind: 'branch' }
  | { kind: 'usage' }
  | { kind: 'pings'; order: PingOrder }
  /** Runs of the channel that a text may name; where it names none it is for the agent. */
  | { kind: 'compare'; names: string }
  /** The runs of the channel. */
  | { kind: 'experiments'; order: Order }
  /** What its author wants to be called by. */
  | { kind: 'mute'; order: MuteOrder }
  /** In which time zone its author is. */
  | { kind: 'time_zone'; order: ZoneOrder }
  /** On all calls that wait for it, as their buttons would. */
  | { kind: 'decision'; verdict: 'approved' | 'rejected'; feedback: string | undefined }
  | { kind: 'yolo'; setting: YoloSetting }
  /** It is meant as a command, and can't be done as it is. */
  | { kind: 'wrong'; problem: string };

/** Whether a message is a command, and not one that it only comes near. */
export function isCommand(text: string, by: Person): boolean {
  const kind = commandOf(text, by)?.kind;
  return kind !== undefined && !['near', 'near_decision', 'compare'].includes(kind);
}

/** Whether somebody wants to be told what has happened in a thread. */
export const isCatchUp = (text: string, by: Person): boolean => commandOf(text, by)?.kind === 'catch_up';

/**
 * The command that a message is, or comes near; undefined for anything with a word more in it. Case,
 * punctuation, quotes, emoji, the bot's name and a please change nothing.
 */
export function commandOf(text: string, by: Person): Command | undefined {
  if (text.length > LONGEST) return rejection(text);
  const bare = bareWords(text);
  const exact = exactCommand(text, bare, by);
  if (exact !== undefined && (!bare.isAsked || isHarmless(exact))) return exact;
  if (isNearDecision(bare)) return { kind: 'near_decision' };
  const asked = exact && [{ text: bare.said, label: bare.said }];
  const offers = nearCommands(text, bare) ?? asked;
  // Once the agent was told of it, it would be the request that is undone.
  const isHeld = offers?.some(({ text }) => text === 'undo') ?? false;
  return offers ? { kind: 'near', offers, isHeld } : mistyped(bare, by);
}

/** A command with a slip of the finger in it. It is nothing that people say, so the agent is not told. */
function mistyped({ said }: Bare, by: Person): Command | undefined {
  const text = corrected(said);
  if (text === undefined) return undefined;
  const meant = exactCommand(text, bareWords(text), by);
  if (meant === undefined) return undefined;
  if (meant.kind === 'near') return meant;
  if (meant.kind === 'wrong' || meant.kind === 'near_decision') return undefined;
  return { kind: 'near', offers: [{ text, label: labelOf(meant, text) }], isHeld: true };
}

/** What lets money be spent says so. */
function labelOf(command: Exact, text: string): string {
  if (command.kind === 'decision' && command.verdict === 'approved') return OFFERED.approve;
  if (command.kind !== 'yolo') return text;
  const { setting } = command;
  if (setting === 'on') return runsWithoutAsking(undefined);
  return typeof setting === 'object' ? runsWithoutAsking(setting.usd) : text;
}

function exactCommand(text: string, bare: Bare, by: Person): Command | undefined {
  const found = simpleCommand(bare, by) ?? decisionOf(text, bare) ?? settingCommand(bare, by);
  if (found !== undefined) return found;
  const order = pingOrderOf(bare.said);
  const meant = order === undefined || order.kind === 'wrong' ? meantPings(bare.said) : undefined;
  if (meant !== undefined) return offering(meant);
  if (order !== undefined) return { kind: 'pings', order };
  const experiments = experimentsOrder(bare.said);
  if (experiments !== undefined) return { kind: 'experiments', order: experiments };
  const mute = muteOrderOf(bare.said);
  if (mute !== undefined) return { kind: 'mute', order: mute };
  const zone = zoneOrderOf(bare.said);
  if (zone?.kind === 'near') return offering(`timezone ${zone.zone}`);
  if (zone !== undefined) return { kind: 'time_zone', order: zone };
  const names = /^compare\s+([\s\S]{1,700})$/i.exec(withoutLead(text))?.[1];
  if (names !== undefined && LONE_RUN.test(names)) return LIST_TO_PICK_FROM;
  if (names !== undefined && !bare.isAsked) return { kind: 'compare', names };
  const watched = watchedJob(bare.said, by);
  if (watched !== undefined) return { kind: 'operation', operation: watched };
  const yolo = yoloCommandOf(bare);
  return yolo?.kind === 'near' ? { kind: 'near', offers: [yolo.offer], isHeld: true } : yolo;
}

/** What was meant can be told, and is written differently. */
const offering = (text: string): Command => ({
  kind: 'near',
  offers: [{ text, label: text }],
  isHeld: true,
});

/** One name is not compared, and nobody but the list knows with which others. */
const LIST_TO_PICK_FROM: Command = {
  kind: 'near',
  offers: [{ text: 'experiments', label: OFFERED.experiments }],
  isHeld: true,
};

/** A word that is called as runs are, and as nothing else is: "compare a", "compare exp-7". */
const LONE_RUN = /^(?!(?:us|me|it|to)$)(?:\w{1,2}|(?=\S*\d)[\w.-]{1,100})$/i;

/** What may be done although it was said as a question: what only tells, and what is offered anyway. */
function isHarmless(command: Command): boolean {
  switch (command.kind) {
    case 'operation': {
      const { operation } = command;
      const { kind } = operation;
      return (
        kind === 'watch_job' || (kind === 'model' && !operation.id) || (kind === 'effort' && !operation.level)
      );
    }
    case 'pings':
    case 'time_zone':
      return command.order.kind === 'show' || command.order.kind === 'wrong';
    case 'branch':
    case 'decision':
    case 'mute':
      return false;
    default:
      return true;
  }
}

/** A rejection with its reason is the longest one. */
const LONGEST = 4_000;

/** The commands that are a word alone. */
function simpleCommand(bare: Bare, by: Person): Command | undefined {
  const word = withoutPlease(bare.words);
  const asked = withoutManners(bare);
  if (Object.hasOwn(ANSWERED, asked)) return { kind: ANSWERED[asked] ?? 'help' };
  if (word === 'catch me up' || word === 'catchup') return { kind: 'catch_up' };
  if (word === 'branch') return { kind: 'branch' };
  if (saysStop(bare)) return { kind: 'operation', operation: { kind: 'interrupt', by } };
  if (/^stopp? (?:but |and )?(?:keep|leave) (?:the |my |all )?jobs?(?: running)?$/.test(word)) {
    return { kind: 'operation', operation: { kind: 'interrupt', by, keepsJobs: true } };
  }
  if (!Object.hasOwn(COMMANDS, word)) return undefined;
  return { kind: 'operation', operation: { kind: COMMANDS[word as keyof typeof COMMANDS], by } };
}

/**
 * A decision is the word alone, or `reject:` with a reason. Not even a please: "please approve" is what
 * people say to whoever is to decide.
 */
function decisionOf(text: string, { words }: Bare): Command | undefined {
  if (words === 'approve' || words === 'reject') {
    const isPlain = PLAIN[words].test(withoutLead(text));
    const verdict = words === 'approve' ? 'approved' : 'rejected';
    return isPlain ? { kind: 'decision', verdict, feedback: undefined } : { kind: 'near_decision' };
  }
  return rejection(withoutLead(text));
}

function rejection(text: string): Command | undefined {
  const feedback = /^\s*reject\s*:\s*([\s\S]+)$/i.exec(text)?.[1];
  if (feedback === undefined) return undefined;
  if (feedback.length <= REASON_CHARACTERS) return { kind: 'decision', verdict: 'rejected', feedback };
  return { kind: 'wrong', problem: reasonTooLong(REASON_CHARACTERS) };
}

/** "approve 🤔" and the word in quotes decide nothing; the back ticks are copied from our help. */
const PLAIN = {
  approve:
    /^approve`?[.!:]*(?:\s*(?:[👍✅✔🚀🎉💯🙏]|\p{Emoji_Modifier}|:\+1:|:thumbsup:|:white_check_mark:))*$/iu,
  reject: /^reject`?[.!:]*(?:\s*(?:[👎❌🚫🛑⛔🙏]|\p{Emoji_Modifier}|:-1:|:thumbsdown:|:x:|:no_entry:))*$/iu,
} as const;

/** As much as the dialog for it takes. */
const REASON_CHARACTERS = 3_000;

const MODEL_CHARACTERS = 200;

/** `model`, `effort`, `export` and `share`, with what may follow them. */
function settingCommand({ said }: Bare, by: Person): Command | undefined {
  const [, name = '', value] = /^(model|effort|export|share)(?:\s(\S+))?$/i.exec(said) ?? [];
  if (/^model$/i.test(name) && value !== undefined && IS_WORD.test(value)) return undefined;
  switch (name.toLowerCase()) {
    case 'model':
      return (value?.length ?? 0) > MODEL_CHARACTERS
        ? { kind: 'wrong', problem: modelIdTooLong(MODEL_CHARACTERS) }
        : { kind: 'operation', operation: { kind: 'model', by, ...(value ? { id: value } : {}) } };
    case 'effort': {
      const level = EffortWord.safeParse(value?.toLowerCase());
      if (value === undefined) return { kind: 'operation', operation: { kind: 'effort', by } };
      return level.success
        ? { kind: 'operation', operation: { kind: 'effort', by, level: level.data } }
        : undefined;
    }
    case 'export': {
      const format = value?.toLowerCase() ?? 'markdown';
      return format === 'markdown' || format === 'jsonl'
        ? { kind: 'operation', operation: { kind: 'export', by, format } }
        : undefined;
    }
    case 'share':
      return value === undefined ? { kind: 'operation', operation: { kind: 'share', by } } : undefined;
    default:
      return undefined;
  }
}

/** "Model card" and "model size" are of a model, and no ids. */
const IS_WORD =
  /^(?:cards?|sizes?|types?|names?|weights|famil(?:y|ies)|architectures?|configs?|choice|selection|collapse|merging|parallel(?:ism)?|training|evaluation|quanti[sz]ation|compression|distillation|performance|inputs?|outputs?|zoo|hub|drift|soup|is|was|has|works|fails|failed|loaded|please)$/i;

const EffortWord = Effort.or(z.literal('default'));

/**
 * "experiments", "experiments by accuracy", "experiments eval_loss"; "experiments failed" is for the agent.
 */
function experimentsOrder(said: string): Order | undefined {
  const [found, by, metric = ''] =
    /^experiments(?:\s+(by\s+)?([\w@./-]{1,60}(?:\s[\w@./-]{1,60})?))?$/i.exec(said) ?? [];
  if (found === undefined) return undefined;
  const isMetric =
    metric === '' || by !== undefined || directionOf(metric) !== undefined || NAMED.test(metric);
  return isMetric ? orderNamed(metric) : undefined;
}

/** Nobody writes a word like this, and logs do. */
const NAMED = /^\S*\w[_@/]\w\S*$/;

const JOB =
  /^watch <?(?:https?:\/\/\S{1,200}?\/jobs\/([\w.-]{1,100})\/)?(?:([\w.-]{1,100})\/)?([a-f0-9]{12,40})\/?>?$/i;

function watchedJob(said: string, by: Person): Operation | undefined {
  const [, ofUrl, ofPath, jobId] = JOB.exec(said.replaceAll('`', '')) ?? [];
  const namespace = ofUrl ?? ofPath;
  return jobId === undefined
    ? undefined
    : { kind: 'watch_job', ...(namespace ? { namespace } : {}), jobId, by };
}
