import { wholeBeginning } from '../../lib/cut.ts';
import type { Dialect } from '../../lib/markdown/dialect.ts';
import { printDraft, printMarkdown } from '../../lib/markdown/render.ts';
import type { ViewBody } from '../view/view-message.ts';
import { LONG_ANSWER, wholeAnswer } from './answer-file.ts';
import type { Outgoing } from './outgoing.ts';

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
  /** How the platform writes markdown. */
  dialect: Dialect;
  /** `ratable` is the transcript entry of an answer that people are asked about, below its last part. */
  message(
    text: string,
    ratable: number | undefined,
    growing: (Answer & { isDraft: true }) | undefined,
  ): Outgoing;
};

/** What stands where an answer goes on that is being written: behind its text, or below its code. */
const CURSOR = ' ▍';

const withCursor = (text: string): string =>
  (text.endsWith('```') ? `${text}\n${CURSOR}` : `${text}${CURSOR}`).trimStart();

/** An answer in parts. `divisor` makes them smaller. A long one is shown in its beginning, and as a file. */
export function answerParts(body: Answer, divisor: number, form: AnswerForm): Outgoing[] {
  const isLong = body.text.length > LONG_ANSWER;
  const growing = body.isDraft && form.isStreamed && !isLong ? body : undefined;
  const hasCursor = body.isDraft && !form.isStreamed && !isLong;
  const text = isLong ? wholeBeginning(body.text, 2 * form.shownParts * form.characters) : body.text;
  const limit = Math.max(form.least, Math.floor(form.characters / divisor));
  const isGrowing = growing !== undefined;
  const parts = body.isDraft
    ? printDraft(text, form.dialect, limit - CURSOR.length - 1, { isGrowing })
    : printMarkdown(text, form.dialect, limit);
  if (hasCursor) parts.push(withCursor(parts.pop() ?? ''));
  const shown = isLong ? parts.slice(0, form.shownParts * divisor) : parts;
  const ratable = form.asksFeedback && !body.isDraft && body.isEnd ? body.id : undefined;
  const messages = shown.map((text, i) => {
    const isLast = i === shown.length - 1;
    return form.message(text, isLast ? ratable : undefined, isLast ? growing : undefined);
  });
  return isLong && !body.isDraft ? [...messages, wholeAnswer(body.id)] : messages;
}
