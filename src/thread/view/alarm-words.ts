import { cut } from '../../lib/cut.ts';
import type { AlarmView } from './view-message.ts';
import type { Style } from './words.ts';

/* What alarms of jobs show, the same on every platform. */

/** Characters of the sentence, and of what stands below it. */
const SENTENCE = 300;
const BELOW = 600;

/** What a notification says, the same as the first line of the message, and what stands below it. */
export function alarmLines(
  { text, mentions }: AlarmView,
  style: Style,
): { headline: string; title: string; below: string } {
  const [first = '', ...rest] = text.split('\n');
  const called = mentions.map((id) => `${style.person(id)} `).join('');
  const headline = `${called}${style.sentence(cut(first, SENTENCE))}`;
  return { headline, title: headline, below: style.plain(cut(rest.join('\n'), BELOW)) };
}

/** Who has let the job run on. */
export const letRunText = (person: string, style: Style): string =>
  `▶️ ${style.person(person)} lets it run. Nobody is called about this again.`;
