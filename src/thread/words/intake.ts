import { exactDollars } from '../../lib/dollars.ts';
import type { FileKind } from '../../lib/file-kinds.ts';
import { literal } from '../../lib/markdown/common-mark.ts';
import type { Person } from '../../session/address.ts';
import type { Offer } from '../../session/transcript.ts';

/* What people are told of what they wrote. */

export const OFFER_OVER = 'This was done already, or is not offered any more, so nothing was changed.';

export const offerOfOthers = ({ name }: Person): string =>
  `This is for ${name}, whose message it is about. Write the command yourself if you mean it.`;

export const fileTooLarge = (name: string, mostMb: number): string =>
  `${name} is larger than ${mostMb} MB, so I did not take it. Put it into a Hub repository or dataset, and give me the link.`;

export const pictureTooLarge = (name: string, mostMb: number): string =>
  `${name} is larger than ${mostMb} MB, so I did not look at it; programs in my sandbox can.`;

/** Of a picture in a form that models don't take, or of what is only called like one. */
export const pictureNotSeen = (name: string, kind: FileKind | undefined): string =>
  kind === undefined
    ? `${name} is no picture by what is in it, so I can’t look at it as one.`
    : `${name} is ${kind.what}${kind.form === 'picture' ? ', which models can’t look at' : ', not a picture'}${kind.mend === undefined ? '' : ` (${kind.mend})`}; programs in my sandbox may read it.`;

export const tooManyFiles = (name: string, most: number): string =>
  `I take ${most} files with a message, so I did not take ${name}.`;

export const wrongKindOfFile = (name: string, extensions: readonly string[]): string =>
  `I do not take files like ${name}. What I take: ${extensions.join(', ')}.`;

export const sumTooLarge = (mostUsd: number): string =>
  `That is more than $${mostUsd.toLocaleString('en')}, which no cap may be: say \`yolo on\` for no cap at all. Nothing was changed.`;

export const NO_SUM =
  'I read sums in US dollars, with a point: `yolo $7.50` or `yolo 7.50 usd`. Nothing was changed.';

/** What a button is called that sets how much may be spent without asking; undefined is no cap. */
export const runsWithoutAsking = (mostUsd: number | undefined): string =>
  `Run jobs ${mostUsd === undefined ? 'without a cap' : `up to ${exactDollars(mostUsd)}`} without asking`;

export const reasonTooLong = (most: number): string =>
  `A reason has at most ${most.toLocaleString('en')} characters. Nothing was decided.`;

export const modelIdTooLong = (most: number): string => `A model’s id has at most ${most} characters.`;

/** Said of a message that is nearly a command, and was neither done nor told to the agent. */
export const heldText = (offers: readonly Offer[]): string =>
  `Did you mean ${named(offers)}? Nothing was changed: write it like that, or press a button.`;

const named = (offers: readonly Offer[]): string => offers.map(({ text }) => `\`${text}\``).join(' or ');

export const UNDECIDED =
  'Nothing was decided. `approve`, or `reject: <reason>`, and nothing else decides on what waits here, as the buttons on its card do.';

/** Said of a yes, where something waits for approval. */
export const WHETHER_APPROVED =
  'Is that an approval of what waits here? Words alone decide nothing: press the button if it is.';

/** Said of a yes to what waits for approval, of somebody who may not decide: it went to the agent. */
export const decidedByOthers = (who: string): string =>
  `I took that as a message: what waits for approval here is for ${literal(who)} to decide.`;

/** Said of a message that went to the agent and nearly is a command. */
export const offerText = (offers: readonly Offer[]): string =>
  `I took that as a message. Did you mean ${named(offers)}? Nothing of that was done: press the button for it.`;

export const FOR_THE_AGENT = 'No, it is for the agent';

export const HELP_TEXT = [
  'I am **ML Intern**: tell me what to build or find out, and this thread becomes our session. Reply to change course; I ask before anything that costs money.',
  '',
  '*"fine-tune a small model on stanfordnlp/imdb and tell me the accuracy"*',
  '',
  '- **See how it stands:** `catch me up` (for you alone), `status`, `usage`, `experiments` of this channel, `compare <run>, <run>`; `watch <job link>` follows a job from elsewhere',
  '- **Stop, take back:** `stop` (ends its jobs, `stop keep jobs` does not), `undo`, `resume`, `close`',
  '- **Decide:** the buttons, or `approve` and `reject: <reason>`; `yolo $5` runs jobs up to $5 unasked, `yolo off` asks again',
  '- **Be told:** `pings 30m`, `pings daily 9:00`, `pings weekly monday 9:00`, `pings off`; `mute alarms` or `mute digests` for yourself; `timezone Europe/Berlin`',
  '- **Choose how I think:** `model`, `effort high`; `compact` summarises, `new` begins afresh, `branch` goes on in a new thread',
  '- **Keep it:** `export` (`export jsonl`), `share` (a private dataset on the Hub)',
  '- **Talk among yourselves:** begin with `aside`, and I do not listen',
].join('\n');

export const NO_SESSION_YET = 'There is no session in this thread yet.';

export const messageTooLong = (characters: number): string =>
  `That message has ${characters.toLocaleString('en')} characters, which is more than I can take in. Please send the essential part, or put the rest in a Hub repository or dataset and give me the link.`;

/** What buttons are called that offer a command. */
export const OFFERED = {
  approve: 'Approve what waits here',
  experiments: 'List the experiments, to pick from',
  stop: 'Stop',
  keep: 'Stop, and let jobs run',
  undo: 'Undo the last request',
  compact: 'Summarise what was said',
  new: 'Begin with a fresh context',
  resume: 'Go on',
  close: 'Close the session',
  share: 'Upload the transcript to a private dataset',
  branch: 'Go on from here in a new thread',
  catchUp: 'Catch me up, for my eyes only',
} as const;
