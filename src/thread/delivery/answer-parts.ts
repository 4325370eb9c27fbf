import { wholeBeginning } from '../../lib/cut.ts';
import type { ViewBody } from '../view/view-message.ts';
import { LONG_ANSWER, wholeAnswer } from './answer-file.ts';
import type { Outgoing } from './outgoing.ts';
import { splitMarkdown } from './split.ts';

type Answer = Extract<ViewBody, { kind: 'answer' }>;

/** How a platform shows answers. */
export type AnswerForm = {
  /** Characters of a part, and the least that it is cut down to. */
  characters: number;
  least: number;
  /** Parts that are shown of an answer that is a file as a whole. */
  shownParts: number;
  /** Whether one that is being written is streamed in the platform's own way; else it ends with a cursor. */
  isStreamed: boolean;
  asksFeedback: boolean;
  /** Takes the power to notify out of markdown, and puts it in the platform's form. */
  clean(markdown: string): string;
  /** `ratable` is the transcript entry of an answer that people are asked about, below its last part. */
  message(
    text: string,
    ratable: number | undefined,
    growing: (Answer & { isDraft: true }) | undefined,
  ): Outgoing;
};

/** More than the parts that are shown of an answer which is a file as a whole. */
const LOOKED_AT = 2 * LONG_ANSWER;

/** An answer in parts. `divisor` makes them smaller. A long one is shown in its beginning, and as a file. */
export function answerParts(body: Answer, divisor: number, form: AnswerForm): Outgoing[] {
  const isLong = body.text.length > LONG_ANSWER;
  const growing = body.isDraft && form.isStreamed && !isLong ? body : undefined;
  const hasCursor = body.isDraft && !form.isStreamed && !isLong;
  const text = wholeBeginning(body.text, LOOKED_AT);
  const parts = splitMarkdown(
    form.clean(hasCursor ? `${text} ▍` : text),
    Math.max(form.least, Math.floor(form.characters / divisor)),
    { isGrowing: growing !== undefined },
  );
  const shown = isLong ? parts.slice(0, form.shownParts * divisor) : parts;
  const ratable = form.asksFeedback && !body.isDraft && body.isEnd ? body.id : undefined;
  const messages = shown.map((text, i) => {
    const isLast = i === shown.length - 1;
    return form.message(text, isLast ? ratable : undefined, isLast ? growing : undefined);
  });
  return isLong && !body.isDraft ? [...messages, wholeAnswer(body.id)] : messages;
}
