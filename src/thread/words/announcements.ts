import { cut } from '../../lib/cut.ts';
import { literal } from '../../lib/markdown/common-mark.ts';
import type { Announced, AnnouncementOutcome, Said, Severity } from '../../session/announcements.ts';

/*
 * What is said in other channels than that of a session, and what the session's thread and model hear of it.
 */

const SIGNS: Readonly<Record<Severity, string>> = { info: 'ℹ️', success: '✅', warning: '⚠️', error: '❌' };

/** Where something comes from: the thread's name, who began it, and its address where that is known. */
type Origin = { title: string; by: string; url: string | undefined };

/**
 * The message as markdown that shows what a model wrote to the letter, with the thread that it comes from.
 * Addresses in it are links to where they say.
 */
export function announcementText(
  { title, message, severity }: Said,
  { title: from, by, url }: Origin,
): string {
  const name = literal(cut(from, 80));
  return [
    `${SIGNS[severity]} **${literal(title)}**`,
    shown(message),
    `↪ From ${url === undefined ? name : `[${name}](${url})`}, a thread that ${literal(by)} began.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Nothing in these means anything in markdown, but for signs that an address takes to itself. */
const ADDRESS = /(https?:\/\/[\w./?=&%#:+,;-]*[\w/])/;

/** What would begin a list, or make a heading of the line above. */
const BLOCK = /^([-+=]|\d{1,9}(?=[.)]))/;

const shown = (text: string): string =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.split('\n').map(shownLine).join('\\\n'))
    .join('\n\n');

const shownLine = (line: string): string =>
  line
    .trim()
    .split(ADDRESS)
    .map((part, i) => (i % 2 === 1 ? part : literal(part)))
    .join('')
    .replace(BLOCK, (sign) => (/\d/.test(sign) ? `${sign}\\` : `\\${sign}`));

/** Told to the thread whose message could not be posted. */
export const notAnnouncedText = (name: string, title: string, why: string): string =>
  `📣 I could not post “${literal(title)}” in **#${literal(name)}**: ${why}.`;

/** Told to the model of what its call did not wait for. */
export const announcedLater = (name: string, title: string, outcome: AnnouncementOutcome): string =>
  `Of the message “${title}” that was on its way: ${announcedLine({ name, outcome })}`;

/** How it went in one channel, for the model. */
export function announcedLine({ name, outcome }: Announced): string {
  switch (outcome?.kind) {
    case undefined:
      return `${name}: on its way. It is posted as soon as the platform takes it, once; you are told then. Do not send it again.`;
    case 'posted':
      return `${name}: posted.`;
    case 'refused':
      return `${name}: not posted: ${outcome.why}. The thread was told.`;
    case 'withdrawn':
      return `${name}: not posted, because people stopped it.`;
    default:
      return outcome satisfies never;
  }
}
