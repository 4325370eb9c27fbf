import { describe, expect, test } from 'vitest';
import { MARKDOWN } from '../../adapters/web/dialect.ts';
import { STYLE } from '../../adapters/web/style.ts';
import { treeOf } from '../../adapters/web/tree.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { HOSTILE } from '../support/hostile-page.ts';
import { wordsIn } from '../support/page-client.ts';

/** Every node of a tree. */
function nodesIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Record<string, unknown>;
  return [...('t' in node ? [node] : []), ...Object.values(node).flatMap(nodesIn)];
}

const KINDS = 'p h list quote pre table hr text code strong em del link time br'.split(' ');

describe('what a model wrote', () => {
  test.each(HOSTILE)('is nodes that are known, and links that lead to pages: %j', (text) => {
    for (const markdown of [text, ...printMarkdown(text, MARKDOWN, 30_000), STYLE.plain(text)]) {
      const nodes = nodesIn(treeOf(markdown));
      for (const node of nodes) {
        expect(KINDS).toContain(node.t);
        if (node.t === 'link') expect(node.href).toMatch(/^(?:https?:\/\/|\/#[\w%.-]+$)/);
      }
    }
  });

  test.each(HOSTILE)('turns nothing that stands around it: %j', (text) => {
    expect(JSON.stringify(treeOf(text))).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  });

  test('is shown as markdown shows it', () => {
    const [heading, text, list, table, code] = treeOf(
      '# One\n\n**two** `three` [four](https://a.example)\n\n- [x] five\n- six\n\n| a | b |\n| --- | --: |\n| 1 | 2 |\n\n```python\nx = 1\n```',
    );
    expect(heading).toEqual({ t: 'h', level: 1, c: [{ t: 'text', v: 'One' }] });
    expect(text).toMatchObject({
      c: [{ t: 'strong' }, { v: ' ' }, { t: 'code', v: 'three' }, { v: ' ' }, { href: 'https://a.example/' }],
    });
    expect(list).toMatchObject({ t: 'list', items: [{ isDone: true }, {}] });
    expect(table).toMatchObject({
      t: 'table',
      align: [undefined, 'right'],
      rows: [
        [{}, {}],
        [{}, {}],
      ],
    });
    expect(code).toEqual({ t: 'pre', language: 'python', v: 'x = 1' });
  });
});

describe('text in a line', () => {
  test.each([
    ...HOSTILE,
    '1. one',
    '- two',
    '# three',
    '    four',
    'a_b_c',
    'www.evil.example">',
    '$x$',
    '$$x$$',
    '\\(x\\)',
    '\\[x\\]',
    '~~~',
    '| a | b |',
    'x\ny',
  ])('is shown to the letter: %j', (text) => {
    const shown = nodesIn(treeOf(MARKDOWN.line(STYLE.plain(text))));
    // An address is a link to itself.
    for (const { t } of shown) expect(['p', 'text', 'link']).toContain(t);
    const hostOf = (address: string) => URL.parse(address)?.host ?? URL.parse(`http://${address}`)?.host;
    for (const { t, href, c } of shown) {
      if (t === 'link') expect(hostOf(wordsIn(c, 'c'))).toBe(hostOf(String(href)));
    }
    const letters = (words: string) => words.replace(/[\s\0\ufffd]|‹U\+[0-9A-F]{4}›/g, '');
    const turns = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
    expect(letters(shown.map(({ v }) => (typeof v === 'string' ? v : '')).join(''))).toBe(
      letters(text.replace(turns, '')),
    );
  });

  test('has times for the zone of who reads them, and links that say where they lead', () => {
    const at = new Date('2026-11-27T17:46:51.000Z');
    expect(nodesIn(treeOf(`until ${STYLE.moment(at)}`))).toContainEqual({
      t: 'time',
      at: at.toISOString(),
      v: '2026-11-27 17:46 UTC',
    });
    expect(wordsIn(treeOf(STYLE.link('https://evil.example/x', 'huggingface.co')))).toContain(
      '(evil.example)',
    );
    expect(nodesIn(treeOf(STYLE.link('javascript:alert(1)', 'x'))).some(({ t }) => t === 'link')).toBe(false);
  });
});
