import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { arxivIdIn } from '../../src/hub/arxiv-id.ts';
import { parsePaper } from '../../src/parse-apart/parsers/paper.ts';
import { contentsText, sectionText } from '../../src/tools/papers/sections.ts';
import { ROOT } from '../support/root.ts';

/*
 * `papers/` has pages as LaTeXML makes them, `papers.json` what has to be read of them, by kind. Without a
 * section it is what the contents say. `paper-parts.json` has pages of one thing each, and such that authors
 * have made otherwise, with what has to be read of them.
 */
type Case = { kind: string; page: string; section?: string; has: string[]; lacks?: string[] };

const corpus = (file: string) => readFileSync(join(ROOT, 'test/corpora', file), 'utf8');
const WHOLE = JSON.parse(corpus('papers.json')) as Case[];
const PARTS = JSON.parse(corpus('paper-parts.json')) as { pages: Record<string, string>; cases: Case[] };
const CASES = [...WHOLE, ...PARTS.cases];
const PAGES = new Map(
  [...new Set(CASES.map(({ page }) => page))].map((page) => [
    page,
    parsePaper({
      html: PARTS.pages[page] ?? corpus(`papers/${page}.html`),
      url: 'https://arxiv.org/html/2401.12345',
    }),
  ]),
);

function read({ page, section }: Case, offset = 0): string {
  const paper = PAGES.get(page);
  if (paper === undefined) throw new Error(`there is no ${page}`);
  const found =
    section === undefined
      ? contentsText('2401.12345', paper, offset)
      : sectionText('2401.12345', paper, section, offset);
  return found.ok ? found.value : `failed: ${found.reason}`;
}

describe.each(Object.entries(Object.groupBy(CASES, ({ kind }) => kind)))('%s', (_kind, cases = []) => {
  test.each(cases.map((one) => [one.page, one.section ?? 'its contents', one] as const))(
    'of %s: %s',
    (_page, _section, one) => {
      const text = read(one);
      for (const part of one.has) expect(text).toContain(part);
      for (const part of one.lacks ?? []) expect(text).not.toContain(part);
    },
  );
});

test('a long section comes in pieces that put together are all of it', () => {
  const paragraphs = Array.from(
    { length: 700 },
    (_, i) => `<p class="ltx_p">Paragraph ${i} of the boats and their oars.</p>`,
  );
  const html = `<article class="ltx_document"><section class="ltx_section"><h2 class="ltx_title"><span class="ltx_tag">1 </span>Long</h2>${paragraphs.join('')}</section></article>`;
  const paper = parsePaper({ html, url: 'https://arxiv.org/html/1' });
  const pieces: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const found = sectionText('1', paper, '1', offset);
    if (!found.ok) throw new Error(found.reason);
    const [, next] = /\n\(read on with offset (\d+); \d+ characters are left\)$/.exec(found.value) ?? [];
    const [, text = ''] = /^https:[^\n]*\n\n([\s\S]*?)(?:\n\(read on with[^\n]*)?$/.exec(found.value) ?? [];
    pieces.push(text);
    offset = next === undefined ? undefined : Number(next);
  }
  expect(pieces.length).toBeGreaterThan(1);
  const all = paragraphs.map((_, i) => `Paragraph ${i} of the boats and their oars.`);
  expect(pieces.join('').replace('# 1 Long\n', '').split('\n')).toEqual(all);
  expect(sectionText('1', paper, '1', 1_000_000)).toMatchObject({ ok: false });
});

test.each(
  corpus('arxiv-ids.tsv')
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => line.split('\t') as [string, string]),
)('the paper that %s names', (text, id) => {
  expect(arxivIdIn(text) ?? '').toBe(id);
});

test('a page that shows the abstract alone is no paper', () => {
  const html = `<html><head><meta name="citation_arxiv_id" content="2401.12345"></head><body>
    <div id="abs"><h1>Boats</h1><h2>Abstract</h2><p>We count.</p></div></body></html>`;
  expect(parsePaper({ html, url: 'https://arxiv.org/abs/2401.12345' }).sections).toEqual([]);
});
