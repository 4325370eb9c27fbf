import { cut } from '../../src/lib/cut.ts';
import { linkable, type Style } from '../../src/thread/view/words.ts';
import { MENTIONS } from '../shared/one-person.ts';
import { plainLine } from './plain-text.ts';

/** As much of a text from elsewhere as a line has. */
const MOST = 20_000;

const plain = (text: string): string => plainLine(cut(text, MOST));

/** Plain text: a terminal that is no terminal, such as a file, shows no marks either. */
export const STYLE: Style = {
  plain,
  sentence: plain,
  bold: (text) => text,
  italic: (text) => text,
  code: plain,
  link(url, label) {
    const href = linkable(url);
    const text = plain(cut(label, 200));
    if (href === undefined) return text;
    return text === '' || text === href ? plain(href) : `${text} (${plain(href)})`;
  },
  person: MENTIONS.person,
  group: MENTIONS.group,
  thread: ({ thread }) => `thread ${thread.slice(0, 8)}`,
  moment: (at) => at.toISOString(),
};
