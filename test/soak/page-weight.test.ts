import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAssets } from '../../adapters/web/assets.ts';
import { hasChromium, NEEDS_CHROMIUM, startChromium } from '../support/chromium.ts';
import { usePage } from '../support/page-world.ts';

/** Of all that a browser is sent before it shows anything, packed: as much as one picture has. */
const MOST_KB = 30;
/** Elements of the page before anything is known that it shows. */
const MOST_ELEMENTS = 80;
/** Messages that are made at once. */
const AT_ONCE = 12;

test('what the page is made of comes at once over any line', () => {
  const assets = readAssets().filter(({ type }) => !type.startsWith('image/'));
  const bytes = assets.map((asset) => gzipSync(asset.bytes).length).reduce((sum, one) => sum + one, 0);
  console.info(`the page: ${assets.length} files, ${(bytes / 1000).toFixed(1)} kB packed`);
  expect(bytes).toBeLessThan(MOST_KB * 1000);
  const html = assets.find(({ path }) => path === '/page/index.html')?.bytes.toString() ?? '';
  expect(html.match(/<[a-z]/g)?.length).toBeLessThan(MOST_ELEMENTS);
});

const open = usePage();

let browser: Browser | undefined;
beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());

/**
 * Shows a thread of 2,000 messages as the page does, in an order that is not theirs, and counts how many
 * come at once, and how they stand.
 */
const LONG_THREAD = `import('/page/thread.js').then(async ({ createThread }) => {
  const log = document.getElementById('messages');
  const thread = createThread({ act() {} });
  const words = (i) => [{ t: 'p', c: [{ t: 'text', v: 'Message ' + i + ' with **words** of an answer. '.repeat(8) }] }];
  const all = Array.from({ length: 2000 }, (_, i) => ({
    id: 'message-' + i, place: i, kind: 'answer', headline: 'n', isCalling: false, at: new Date().toISOString(),
    pieces: [{ kind: 'markdown', blocks: words(i) }],
  }));
  const steps = [];
  let first;
  const articles = log.getElementsByTagName('article');
  const done = new Promise((resolve) => {
    new MutationObserver((records) => {
      const added = records.flatMap(({ addedNodes }) => [...addedNodes]).filter(({ localName }) => localName === 'article');
      steps.push(added.length);
      first ??= added.map(({ dataset }) => dataset.id);
      if (articles.length === all.length) requestIdleCallback(resolve);
    }).observe(log, { childList: true, subtree: true });
  });
  const told = [...all].sort((a, b) => (a.place * 7919) % 2000 - (b.place * 7919) % 2000);
  thread.show(told);
  thread.show([{ ...all[5], pieces: [{ kind: 'markdown', blocks: words('changed') }] }]);
  await done;
  const runs = [...log.children];
  return {
    steps,
    first,
    runs: runs.map((run) => run.children.length),
    settled: runs.map((run) => run.hasAttribute('data-settled')),
    isInOrder: [...articles].every((one, i) => one.dataset.id === 'message-' + i),
    changed: articles[5].textContent,
    isAtEnd: log.scrollHeight - log.scrollTop - log.clientHeight < 2,
    isBusy: log.getAttribute('aria-busy'),
    isFound: find('Message 3 with'),
  };
})`;

type Shown = {
  steps: number[];
  first: string[];
  runs: number[];
  settled: boolean[];
  isInOrder: boolean;
  changed: string;
  isAtEnd: boolean;
  isBusy: string;
  isFound: boolean;
};

/** An answer that goes on at the end of a thread, and which of its elements were not there before. */
const GROWING = `import('/page/thread.js').then(async ({ createThread }) => {
  const log = document.getElementById('messages');
  const thread = createThread({ act() {} });
  const paragraph = (text) => ({ t: 'p', c: [{ t: 'text', v: text }] });
  const shown = (blocks) => ({
    id: 'answer-1', place: 1, kind: 'answer', headline: '', isCalling: false, at: new Date().toISOString(),
    pieces: [
      { kind: 'markdown', blocks },
      { kind: 'buttons', buttons: [{ label: 'Helpful', name: 'feedback', values: [] }] },
    ],
  });
  const frame = () => new Promise(requestAnimationFrame);
  const tell = async (blocks) => { thread.show([shown(blocks)]); await frame(); await frame(); };
  const first = Array.from({ length: 40 }, (_, i) => paragraph('Paragraph ' + i));
  await tell(first);
  await tell([...first, paragraph('begun')]);
  const before = [...log.querySelectorAll('article, p, button')];
  log.querySelector('button').focus();
  await tell([...first, paragraph('begun and done'), paragraph('the end')]);
  return {
    made: [...log.querySelectorAll('article, p, button')].filter((one) => !before.includes(one)).map((one) => one.textContent),
    focused: document.activeElement.textContent,
    settled: [...log.querySelectorAll('p[data-settled]')].length,
  };
})`;

describe.skipIf(!hasChromium)(`in a browser${NEEDS_CHROMIUM}`, () => {
  const pageOf = async (): Promise<Page> => {
    const world = await open(() => ({ text: 'hello' }));
    const page = await browser?.newPage({ viewport: { width: 1280, height: 860 } });
    if (page === undefined) throw new Error('there is no browser');
    await page.goto(world.address());
    await page.getByText('Live', { exact: true }).waitFor();
    return page;
  };

  test('a thread of 2,000 messages is shown a few at a time, the newest first', async () => {
    const page = await pageOf();
    const { steps, first, runs, settled, ...shown } = await page.evaluate<Shown>(LONG_THREAD);
    console.info(`2,000 messages: ${steps.length} steps, ${runs.length} runs`);
    expect(Math.max(...steps)).toBeLessThanOrEqual(AT_ONCE);
    expect(first).toContain('message-1999');
    // What a browser goes through for a change is a run, and what is out of sight is none of it.
    expect(Math.max(...runs)).toBeLessThanOrEqual(8);
    expect(settled).toEqual(runs.map((_, i) => i < runs.length - 2));
    expect(shown.changed).toContain('Message changed');
    expect(shown).toMatchObject({ isInOrder: true, isAtEnd: true, isBusy: 'false', isFound: true });
  });

  test('of an answer that goes on, what has been written stays as it is', async () => {
    const page = await pageOf();
    expect(await page.evaluate(GROWING)).toEqual({
      made: ['begun and done', 'the end'],
      focused: 'Helpful',
      settled: 32,
    });
  });
});
