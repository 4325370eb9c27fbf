import { z } from 'zod';
import { Effort } from '../config/effort.ts';
import { type PingOrder, pingOrderOf } from '../jobs/pings.ts';
import type { Person } from '../session/address.ts';
import type { Operation } from '../session/operations.ts';

/**
 * Words that are a command when they are the whole message, in any case, with or without a final full stop.
 */
const COMMANDS = {
  stop: 'interrupt',
  undo: 'undo',
  compact: 'compact',
  new: 'new',
  resume: 'resume',
  retry: 'resume',
  close: 'shutdown',
} as const satisfies Record<string, Operation['kind']>;

export type Command =
  | { kind: 'operation'; operation: Operation }
  | { kind: 'help' }
  | { kind: 'status' }
  | { kind: 'usage' }
  | { kind: 'pings'; order: PingOrder }
  /** On all calls that wait for it, as their buttons would. */
  | { kind: 'decision'; verdict: 'approved' | 'rejected'; feedback: string | undefined }
  | { kind: 'yolo'; setting: 'on' | 'off' | 'show' | { usd: number } }
  /** It is meant as a command, and can't be done as it is. */
  | { kind: 'wrong'; problem: string };

/** The command that a message is, or undefined for anything with a word more in it. */
export function commandOf(text: string, by: Person): Command | undefined {
  const word = text.trim().toLowerCase().replace(/[.!]$/, '');
  if (word === 'help' || word === 'status' || word === 'usage') return { kind: word };
  const settled = settingOf(text.trim(), by);
  if (settled?.kind === 'model' && (settled.id?.length ?? 0) > MODEL_CHARACTERS) {
    return { kind: 'wrong', problem: `A model’s id has at most ${MODEL_CHARACTERS} characters.` };
  }
  if (settled !== undefined) return { kind: 'operation', operation: settled };
  if (/^stop,? (?:but )?keep (?:the )?jobs?$/.test(word)) {
    return { kind: 'operation', operation: { kind: 'interrupt', by, keepsJobs: true } };
  }
  if (word === 'approve') return { kind: 'decision', verdict: 'approved', feedback: undefined };
  const rejected = /^reject[.!]?(?:\s*:\s*([\s\S]+))?$/i.exec(text.trim());
  if (rejected !== null) return rejection(rejected[1]);
  const order = pingOrderOf(text);
  if (order !== undefined) return { kind: 'pings', order };
  const watched =
    /^watch (?:<?https?:\/\/\S{1,200}?\/jobs\/([\w.-]{1,100})\/)?(?:([\w.-]{1,100})\/)?([a-f0-9]{12,40})\/?>?$/i.exec(
      text.trim(),
    );
  if (watched !== null) {
    const [, ofUrl, ofPath, jobId = ''] = watched;
    const namespace = ofUrl ?? ofPath;
    return {
      kind: 'operation',
      operation: { kind: 'watch_job', ...(namespace ? { namespace } : {}), jobId, by },
    };
  }
  const yolo = /^yolo(?: (on|off|\$?(\d+(?:\.\d+)?)(?: usd)?))?$/.exec(word);
  if (yolo !== null) {
    if (Number(yolo[2]) > MOST_USD) return { kind: 'wrong', problem: TOO_MUCH };
    return { kind: 'yolo', setting: yoloSetting(yolo[1], yolo[2]) };
  }
  if (!Object.hasOwn(COMMANDS, word)) return undefined;
  return { kind: 'operation', operation: { kind: COMMANDS[word as keyof typeof COMMANDS], by } };
}

const MODEL_CHARACTERS = 200;

/** As much as the dialog for it takes. */
const REASON_CHARACTERS = 3_000;

function rejection(feedback: string | undefined): Command {
  if ((feedback?.length ?? 0) <= REASON_CHARACTERS)
    return { kind: 'decision', verdict: 'rejected', feedback };
  const most = REASON_CHARACTERS.toLocaleString('en');
  return { kind: 'wrong', problem: `A reason has at most ${most} characters. Nothing was decided.` };
}

/** Nobody means to spend more than that in a thread or a channel. */
export const MOST_USD = 100_000;

const TOO_MUCH = `That is more than $${MOST_USD.toLocaleString('en')}, which no cap may be: say \`yolo on\` for no cap at all. Nothing was changed.`;

/** `model`, `effort`, `export` and `share`, with what may follow them. */
function settingOf(text: string, by: Person): Operation | undefined {
  const [, name = '', value] = /^(model|effort|export|share)(?:\s+(\S+))?$/i.exec(text) ?? [];
  switch (name.toLowerCase()) {
    case 'model':
      return { kind: 'model', by, ...(value ? { id: value } : {}) };
    case 'effort': {
      const level = EffortWord.safeParse(value?.toLowerCase());
      if (value === undefined) return { kind: 'effort', by };
      return level.success ? { kind: 'effort', by, level: level.data } : undefined;
    }
    case 'export': {
      const format = value?.toLowerCase() ?? 'markdown';
      return format === 'markdown' || format === 'jsonl' ? { kind: 'export', by, format } : undefined;
    }
    case 'share':
      return value === undefined ? { kind: 'share', by } : undefined;
    default:
      return undefined;
  }
}

const EffortWord = Effort.or(z.literal('default'));

function yoloSetting(word: string | undefined, usd: string | undefined) {
  if (usd !== undefined) return Number(usd) > 0 ? { usd: Number(usd) } : 'off';
  return word === 'on' || word === 'off' ? word : 'show';
}

export const HELP_TEXT = [
  'I am **ML Intern**. Tell me what to build or find out, and this thread becomes our session:',
  '',
  '- *"fine-tune a small model on stanfordnlp/imdb and tell me the accuracy"*',
  '- *"what columns has this dataset, and which training methods do they fit?"*',
  '',
  'Just reply here to go on or to change course while I work. I ask before I run anything that costs money.',
  '',
  'One word alone is a command: `status`, `stop` (cancels jobs; `stop keep jobs` lets them run), `undo`, `compact` (summarise what was said), `new` (fresh context), `resume`, `close`, `help`.',
  '`approve` and `reject: <reason>` decide on what waits for it, as the buttons do.',
  '`watch <job id or link>` follows a Hugging Face Job that was started elsewhere.',
  '`pings 30m` or `pings daily 9:00 Europe/Paris` reports on running jobs; `pings off` stops it.',
  '`yolo 5` lets me spend up to $5 on jobs here without asking each time; `yolo on` sets no cap, `yolo off` asks again.',
  '`model` shows and switches models, `effort high` says how hard to think, `usage` shows tokens and cost.',
  '`export` posts the transcript (`export jsonl` for programs), `share` uploads it to a private dataset on the Hub.',
].join('\n');
