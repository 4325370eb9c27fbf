import { cut } from '../../src/lib/cut.ts';
import { codeSpan, destination } from '../../src/lib/markdown/common-mark.ts';
import { honestLabel } from '../../src/lib/markdown/honest-host.ts';
import { onOneLine } from '../../src/lib/output.ts';
import { linkable, type Style } from '../../src/thread/view/words.ts';
import { literal } from './dialect.ts';
import { MENTIONS } from './mentions.ts';

/** As much of a text from elsewhere as a line has. */
const MOST = 20_000;

const plain = (text: string): string => literal(onOneLine(cut(text, MOST)));

/** The markdown of the page's messages (`dialect.ts`). */
export const STYLE: Style = {
  plain,
  sentence: plain,
  bold: (text) => (text.trim() === '' ? text : `**${text}**`),
  italic: (text) => (text.trim() === '' ? text : `*${text}*`),
  code: (text) => codeSpan(cut(text, MOST).replace(/\s+/g, ' ')),
  link(url, label) {
    const href = linkable(url);
    const text = plain(honestLabel(cut(label, 200), url));
    return href === undefined ? text : `[${text}](${destination(href)})`;
  },
  person: MENTIONS.person,
  group: MENTIONS.group,
  thread: ({ thread }) => `[the thread](${threadPath(thread)})`,
  moment: (at) => `[${literal(at.toISOString())}](time:${at.toISOString()})`,
};

/** Where a thread is on the page. */
export const threadPath = (thread: string): string => `/#${encodeURIComponent(thread)}`;
