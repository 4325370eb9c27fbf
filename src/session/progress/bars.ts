/* Progress bars: of training, and of everything else that has one. */

export type Bar = {
  /** What stands before it. */
  about: string;
  done: number;
  total: number;
  /** What stands behind it. */
  after: string;
  /** Starts anew with each epoch that is announced, as those of Keras. */
  isOfEpoch: boolean;
  /** What it counts, where it says so: `it`, `examples`, `MB`. */
  unit: string | undefined;
  /** How many of them a second, on the average of what is done. */
  rate: number | undefined;
};

/** `12/100` behind a percentage, as tqdm draws it with whatever signs; sizes (`45.0M/100M`) are none. */
const TQDM = /\d{1,3}%[ ]?(?:\|[^|]{0,300}\||[━─╸╺╾╼]{0,200})[ ]{0,4}(\d{1,15})\/(\d{1,15})(?![\w.,])/;

/** As rich draws it, for Lightning among others: without a percentage. */
const RICH = /(?<![━─╸╺])[━─╸╺]{3,200}[ ]{1,4}(\d{1,15})\/(\d{1,15})(?![\w.,])/;

const KERAS = /^[ ]{0,8}(\d{1,15})\/(\d{1,15}) (?:\[[=>.]{1,60}\]|[━─╸╺]{1,60})/;

export function barOf(text: string): Bar | undefined {
  const keras = KERAS.exec(text);
  const match = keras ?? TQDM.exec(text) ?? RICH.exec(text);
  if (match === null) return undefined;
  const about = text.slice(0, match.index).trim();
  const after = text.slice(match.index + match[0].length);
  const done = Number(match[1]);
  return {
    about: about.endsWith(':') ? about.slice(0, -1).trimEnd() : about,
    done,
    total: Number(match[2]),
    after,
    isOfEpoch: keras !== null,
    unit: unitOf(after.slice(0, UNIT_CHARACTERS)),
    rate: rateOf(after.slice(0, UNIT_CHARACTERS), done),
  };
}

const UNIT_CHARACTERS = 120;

/** `4.1it/s`, `63.00s/it`, `? examples/s`, `3ms/step`, `5.00s/ files`; of rich ` MB` and `3.5 MB/s`. */
const UNIT =
  /(?:\?|\d(?:\.\d{1,6})?)(?: ?([A-Za-z][A-Za-z-]{0,24})\/s\b|(?:s|ms|us|min|h)\/ ?([A-Za-z][A-Za-z-]{0,24}))|^ ?([kKMGT]?i?B|bytes)\b/;

function unitOf(after: string): string | undefined {
  const [, bySecond, each, size] = UNIT.exec(after) ?? [];
  return bySecond ?? each ?? size;
}

/** tqdm draws the time that has passed: `[01:03<1:43:57, 63.00s/it]`. */
function rateOf(after: string, done: number): number | undefined {
  const [, hours = '0', minutes, seconds] = /\[(?:(\d{1,4}):)?(\d{1,2}):(\d{2})</.exec(after) ?? [];
  const passed = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  if (passed > 0) return done / passed;
  const [, said, isEach] = /(\d{1,12}(?:\.\d{1,6})?)(?:it\/s|(s\/it))/.exec(after) ?? [];
  return said === undefined || Number(said) === 0 ? undefined : isEach ? 1 / Number(said) : Number(said);
}

/** Any bar, also of sizes and of what is not counted in steps. */
export const isBar = (text: string): boolean =>
  /\d%[ ]?[|━]/.test(text) || /\d%[ ]Completed/.test(text) || barOf(text) !== undefined;

/** What trainers write before their own bars. */
const OF_TRAINING =
  /^(?:\[?train(?:ing)?\]?|fine-?tuning|(?:train(?:ing)? |global )?(?:steps?|iter(?:ation)?s?|epochs?))\b/i;

/** What reads, writes or evaluates data, whatever else it is called. */
const OF_DATA =
  /\b(?:eval\w*|valid\w*|val|test\w*|predict\w*|tokeni[sz]\w*|map(?:ping)?|pack\w*|generat\w*|download\w*|upload\w*|load\w*|fetching|fetched|sav\w*|filter\w*|shards?|split|cast\w*|convert\w*|comput\w*|creat\w*|examples|dataset|data|files?|cache|prompts?|batches|scan\w*|images?|labels?|check\w*|index\w*|read\w*|writ\w*|add\w*|appl\w*|truncat\w*|drop\w*|process\w*|encod\w*|embed\w*|extract\w*|sampl\w*|dev)\b/i;

/** Names of files, also such that were shortened: `train.jsonl`, `(…)train-00000-of-00002`. */
const OF_FILE = /[\w)-]\.[a-z]\w{0,11}(?:$|[\s,:)(\]])|\d{3,6}-of-\d{3,6}|\(…\)/i;

/** What training is counted in. Anything else is data: bytes, examples, rows, files, tokens. */
const OF_STEPS =
  /^[kM]?(?:it|its|iters?|iterations?|steps?|updates?|(?:mini-?)?batch(?:es)?|epochs?|ep|ba|task)$/;

/** With a name, and whether the bar tells a loss of its own, as only training does. */
export function isOfTraining({ about, unit }: Bar, tellsLoss: boolean): boolean {
  if (OF_DATA.test(about) || OF_FILE.test(about)) return false;
  return tellsLoss || (OF_TRAINING.test(about) && (unit === undefined || OF_STEPS.test(unit)));
}

/** Faster than any training, and more than it has: old download bars count bytes as iterations. */
const [MOST_RATE, MOST_TOTAL] = [10_000, 5_000_000];

/**
 * Whether a bar without a name may be of training: it counts steps, and more than one. Which of those is,
 * the bars before it tell.
 */
export const mayBeOfTraining = ({ unit, total, rate = 0 }: Bar, tellsLoss: boolean): boolean =>
  tellsLoss ||
  (total > 1 &&
    total <= MOST_TOTAL &&
    rate <= MOST_RATE &&
    (unit === undefined || (OF_STEPS.test(unit) && unit !== 'ba')));
