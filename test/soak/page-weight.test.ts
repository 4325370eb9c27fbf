import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAssets } from '../../adapters/web/assets.ts';
import { hasChromium, NEEDS_CHROMIUM, startChromium } from '../support/chromium.ts';
import { usePage } from '../support/page-world.ts';

/** Of all that a browser is sent before it shows anything, packed: as much as one picture has. */
const MOST_KB = 30;

test('what the page is made of comes at once over any line', () => {
  const assets = readAssets().filter(({ type }) => !type.startsWith('image/'));
  const bytes = assets.map((asset) => gzipSync(asset.bytes).length).reduce((sum, one) => sum + one, 0);
  console.info(`the page: ${assets.length} files, ${(bytes / 1000).toFixed(1)} kB packed`);
  expect(bytes).toBeLessThan(MOST_KB * 1000);
});

const open = usePage();

let browser: Browser | undefined;
beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());

/**
 * Shows a thread of 2,000 messages as the page does, in an order that is not theirs, and counts how many come
 * at once. Tells, besides, the longest task that it took.
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
  let longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  }).observe({ type: 'longtask' });
  const done = new Promise((resolve) => {
    new MutationObserver((records) => {
      steps.push(records.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0));
      if (log.children.length === all.length) requestIdleCallback(resolve);
    }).observe(log, { childList: true });
  });
  const told = [...all].sort((a, b) => (a.place * 7919) % 2000 - (b.place * 7919) % 2000);
  // What was made for this is not measured.
  await new Promise((resolve) => requestIdleCallback(resolve));
  longest = 0;
  thread.show(told);
  thread.show([{ ...all[5], pieces: [{ kind: 'markdown', blocks: words('changed') }] }]);
  await done;
  return {
    steps,
    longest,
    isInOrder: [...log.children].every((one, i) => one.dataset.id === 'message-' + i),
    changed: log.children[5].textContent,
    isAtEnd: log.scrollHeight - log.scrollTop - log.clientHeight < 2,
    isBusy: log.getAttribute('aria-busy'),
  };
})`;

type Shown = {
  steps: number[];
  longest: number;
  isInOrder: boolean;
  changed: string;
  isAtEnd: boolean;
  isBusy: string;
};

describe.skipIf(!hasChromium)(`in a browser${NEEDS_CHROMIUM}`, () => {
  test('a thread of 2,000 messages is shown a few at a time, the newest first', async () => {
    const world = await open(() => ({ text: 'hello' }));
    const page = await browser?.newPage({ viewport: { width: 1280, height: 860 } });
    if (page === undefined) throw new Error('there is no browser');
    await page.goto(world.address());
    await page.getByText('Live', { exact: true }).waitFor();
    const shown = await page.evaluate<Shown>(LONG_THREAD);
    console.info(`2,000 messages: ${shown.steps.length} steps, the longest task ${shown.longest} ms`);
    expect(Math.max(...shown.steps)).toBeLessThanOrEqual(25);
    expect(shown.changed).toContain('Message changed');
    expect(shown).toMatchObject({ isInOrder: true, isAtEnd: true, isBusy: 'false' });
  });
});
