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
  return {
    about: about.endsWith(':') ? about.slice(0, -1).trimEnd() : about,
    done: Number(match[1]),
    total: Number(match[2]),
    after: text.slice(match.index + match[0].length),
    isOfEpoch: keras !== null,
  };
}

/** Any bar, also of sizes and of what is not counted in steps. */
export const isBar = (text: string): boolean =>
  /\d%[ ]?[|━]/.test(text) || /\d%[ ]Completed/.test(text) || barOf(text) !== undefined;

/** What trainers write before their own bars. */
const OF_TRAINING =
  /^(?:\[?train(?:ing)?\]?|fine-?tuning|(?:train(?:ing)? |global )?(?:steps?|iter(?:ation)?s?|epochs?))\b/i;

/** What reads, writes or evaluates data, whatever else it is called. */
const OF_DATA =
  /\b(?:eval\w*|valid\w*|val|test\w*|predict\w*|tokeni[sz]\w*|map(?:ping)?|pack\w*|generat\w*|download\w*|upload\w*|load\w*|fetching|fetched|sav\w*|filter\w*|shards?|split|cast\w*|convert\w*|comput\w*|creat\w*|examples|dataset|data|files?|cache|prompts?|batches|scan\w*|images?|labels?|check\w*|index\w*|read\w*|writ\w*|add\w*|appl\w*|truncat\w*|drop\w*|process\w*|encod\w*|embed\w*|extract\w*|sampl\w*)\b/i;

export const isOfTraining = ({ about }: Bar): boolean => OF_TRAINING.test(about) && !OF_DATA.test(about);
