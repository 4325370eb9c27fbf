import { sha256Of } from '../lib/hash.ts';
import { visible, visibleLine, writtenOutIn } from '../lib/visible.ts';
import type { ApprovalRequest } from './tool-calls.ts';

/*
 * What people are shown of a call before they decide on it. Every byte that would run is on its card, or,
 * where a card may have no room for that, in a file beside it. Which of the two is decided here alone, for
 * every tool and every platform, and an approval counts only once the thread has the file
 * (`approvals/decisions.ts`).
 */

/**
 * The file that has all of a request. Its name is the only one of its kind in a thread, and not that of a
 * script: whoever posts it again does not mean to change one.
 */
export type WholeFile = { id: string; key: string; name: string; text: string };

/** Made once of each request: a card and its file ask for it several times, be it a megabyte long. */
const shownOf = new WeakMap<ApprovalRequest, ApprovalRequest>();

/**
 * A request as it is shown: what can't be seen in it, or would be taken for something else, is written out.
 */
export function shownRequest(request: ApprovalRequest): ApprovalRequest {
  const known = shownOf.get(request);
  if (known !== undefined) return known;
  const { preview } = request;
  const written = {
    ...request,
    title: visibleLine(request.title),
    facts: request.facts.map(({ label, value }) => ({
      label: visibleLine(label),
      value: visibleLine(value),
    })),
    ...(preview ? { preview: { ...preview, text: visible(preview.text) } } : {}),
  };
  const shown = { ...written, warnings: [...disguises(written), ...request.warnings.map(visibleLine)] };
  shownOf.set(request, shown);
  return shown;
}

/**
 * Warnings about what could deceive a reader, of what is written out already. They are added where a request
 * is shown, so that they cover the requests of every tool, and people's edits of them.
 */
function disguises({
  title,
  facts,
  preview,
}: Pick<ApprovalRequest, 'title' | 'facts' | 'preview'>): string[] {
  const texts = [title, ...facts.flatMap(({ label, value }) => [label, value]), preview?.text ?? ''];
  // The end of a line is written out where there is one line, which deceives nobody.
  const found = [...new Set(texts.flatMap(writtenOutIn))].filter((code) => !LINE_ENDS.has(code));
  if (found.length === 0) return [];
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
  return [
    `This holds characters that can’t be seen or look like others (${found.slice(0, NAMED).join(', ')}${more}). They are written out, as ‹${found[0]}›.`,
  ];
}

const LINE_ENDS: ReadonlySet<string> = new Set(['U+000A', 'U+0009']);
const NAMED = 6;

/**
 * How much a card has room for whatever its platform makes of it: Discord's plainest message has 2,000
 * characters, and some of those are the product's own words.
 */
const CARD = { weight: 1_500, title: 120, facts: 12, value: 280, warnings: 5, lines: 40 };

/**
 * What platforms take for marks or for calls to people: they are taken apart on a card, so it shows others.
 */
const CHANGED_ON_CARDS = /```|@(?:everyone|here|channel|group)|<[@#!:/a-z]/i;

/** How long a text is at most, with all that platforms put before its characters. */
function weightOf(text: string): number {
  return text.length + 4 * count(text, /[&<>]/g) + count(text, /[\\*_~`|#[\]()-]/g);
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Whether every card has room for all of a request. */
function fitsOnCard({ title, facts, warnings, preview }: ApprovalRequest): boolean {
  const text = preview?.text ?? '';
  const all = [title, ...facts.flatMap(({ label, value }) => [label, value]), ...warnings, text];
  return (
    preview?.shows !== 'beginning' &&
    title.length <= CARD.title &&
    facts.length <= CARD.facts &&
    facts.every(({ value }) => value.length <= CARD.value) &&
    warnings.length <= CARD.warnings &&
    text.split('\n').length <= CARD.lines &&
    all.reduce((sum, part) => sum + weightOf(part), 0) <= CARD.weight &&
    !all.some((part) => CHANGED_ON_CARDS.test(part))
  );
}

/** The file with all of what a call would do; undefined where its card shows all of it. */
export function wholeFile(callId: string, request: ApprovalRequest): WholeFile | undefined {
  const shown = shownRequest(request);
  const known = filesOf.get(shown);
  if (known?.callId === callId) return known.file;
  const file = fitsOnCard(shown) ? undefined : fileWith(callId, textOf(shown));
  filesOf.set(shown, { callId, file });
  return file;
}

const filesOf = new WeakMap<ApprovalRequest, { callId: string; file: WholeFile | undefined }>();

function fileWith(callId: string, text: string): WholeFile {
  const hash = sha256Of(Buffer.from(text)).slice(0, 16);
  const id = `whole:${callId}:${hash}`;
  return { id, key: `${cardKey(callId)}/${id}`, name: `request-${hash}.txt`, text };
}

/** What the card of a call is known by among the messages of its thread. */
export const cardKey = (callId: string): string => `call/${callId}`;

/** The call that such a file is of; undefined for any other file. */
export const callOfWhole = (fileId: string): string | undefined =>
  /^whole:(.+):[0-9a-f]{16}$/.exec(fileId)?.[1];

function textOf({ title, facts, warnings, preview }: ApprovalRequest): string {
  const source =
    preview === undefined
      ? []
      : ['', `${lineCount(preview)} of ${visibleLine(preview.language)}:`, RULE, preview.text];
  return [
    title,
    '',
    ...facts.map(({ label, value }) => `${label}: ${value}`),
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...source,
  ].join('\n');
}

const RULE = '-'.repeat(60);

const lineCount = ({ text, lines, shows }: NonNullable<ApprovalRequest['preview']>): string =>
  shows === 'beginning'
    ? `The first ${text.split('\n').length} lines (the rest is known by the SHA-256 above)`
    : `${lines} ${lines === 1 ? 'line' : 'lines'}`;

/**
 * Whether a request shows what it is about. One that an older version has made may not: it cut long texts,
 * and left out the values of variables.
 */
export const isComplete = ({ preview }: ApprovalRequest): boolean =>
  preview === undefined || preview.shows !== undefined;
