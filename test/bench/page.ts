import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { readAssets } from '../../adapters/web/assets.ts';
import { hasChromium, NEEDS_CHROMIUM, startChromium } from '../support/chromium.ts';
import { longMarkdown, longThread, postAll } from '../support/long-thread.ts';
import { type BenchedPage, startBenchedPage } from '../support/page-bench.ts';
import { type Traced, traced } from '../support/page-trace.ts';
import { type Bench, type Found, type Size, spread } from './bench.ts';

/** How long the thread is, how often it is opened and gone through, and how often a page is loaded. */
type Amount = { messages: number; runs: number; loads: number };

const THREAD = 'thread-that-is-long';
const LONG_ANSWER = 'thread-of-one-answer';
const CHARACTERS = 100_000;
/** As often as an answer is edited here, and for how long. */
const EDITS = 100;
const EDIT_MS = 50;
/** What a phone of some years ago is slower by. */
const THROTTLED = 4;
const VIEWPORT = { width: 1280, height: 860 };

/** Scripts and styles, which are all served before anything is painted. */
function bytesBeforePaint(): string {
  const packed = (type: string) =>
    readAssets()
      .filter((asset) => asset.type.startsWith(type))
      .reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0);
  const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  return `Before the first paint, gzipped: ${kb(packed('text/javascript'))} of scripts, ${kb(packed('text/css'))} of styles.`;
}

/** Waits in a page until it has been painted, and a moment for the trace to say so. */
const PAINTED = `new Promise((resolve) => {
  new PerformanceObserver(() => setTimeout(resolve, 200)).observe({ type: 'paint', buffered: true });
})`;

async function timesToPaint(
  browser: Browser,
  page: BenchedPage,
  path: string,
  loads: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let load = 0; load < loads; load++) {
    const window = await page.window(browser, VIEWPORT);
    // A page of the same server, whose process is traced from the beginning of what is measured.
    await window.goto(`${page.origin}/empty`);
    const session = await window.context().newCDPSession(window);
    await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLED });
    const { firstPaint } = await traced(browser, window, async () => {
      await window.goto(`${page.origin}${path}`);
      await window.evaluate(PAINTED);
    });
    if (firstPaint !== undefined) times.push(firstPaint);
    await window.context().close();
  }
  return times;
}

/** Waits in a page until all messages of a thread are there, looking seldom and at little. */
const isWhole = (messages: number) => `new Promise((resolve) => {
  const log = document.getElementById('messages');
  const articles = log.getElementsByTagName('article');
  const look = setInterval(() => {
    if (articles.length < ${messages} || log.getAttribute('aria-busy') !== 'false') return;
    clearInterval(look);
    setTimeout(resolve, 300);
  }, 100);
})`;

/** Opens a thread, and waits until all of it is there. */
async function openThread(window: Page, page: BenchedPage, thread: string, messages: number): Promise<void> {
  await window.goto(`${page.origin}/#${thread}`);
  await window.evaluate(isWhole(messages));
}

/** A screen less a line, each frame: faster than anybody reads. */
const SCROLL = `(async () => {
  const log = document.getElementById('messages');
  const frame = () => new Promise(requestAnimationFrame);
  const step = log.clientHeight - 24;
  log.scrollTop = log.scrollHeight;
  while (log.scrollTop > 0) { log.scrollTop -= step; await frame(); }
  while (log.scrollTop + log.clientHeight < log.scrollHeight - 1) { log.scrollTop += step; await frame(); }
})()`;

/** Edits a message at the end of a thread, which says more each time. */
async function edit(page: BenchedPage, thread: string, text: (i: number) => string): Promise<void> {
  for (let i = 1; i <= EDITS; i++) {
    const next = performance.now() + EDIT_MS;
    const body = {
      kind: 'answer',
      headline: '',
      isCalling: false,
      pieces: [{ kind: 'markdown', text: text(i) }],
    };
    await page.board.post({ id: `${thread}-edited`, thread, author: undefined, isTaken: true, body });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
}

type Kind = 'opening' | 'scrolling' | 'streaming' | 'opening one answer' | 'streaming one answer';

async function oneRun(browser: Browser, page: BenchedPage, messages: number): Promise<Record<Kind, Traced>> {
  const window = await page.window(browser, VIEWPORT);
  await window.goto('about:blank');
  const whole = longMarkdown(CHARACTERS);
  const on = (work: () => Promise<unknown>) => traced(browser, window, work);
  const opening = await on(() => openThread(window, page, THREAD, messages));
  const scrolling = await on(() => window.evaluate(SCROLL));
  const streaming = await on(() => edit(page, THREAD, (i) => longMarkdown(50 * i)));
  await page.board.remove(THREAD, `${THREAD}-edited`);
  await window.goto('about:blank');
  const one = await on(() => openThread(window, page, LONG_ANSWER, 1));
  const growing = await on(() =>
    edit(page, LONG_ANSWER, (i) => whole.slice(0, CHARACTERS * (0.5 + i / EDITS / 2))),
  );
  await page.board.remove(LONG_ANSWER, `${LONG_ANSWER}-edited`);
  await window.context().close();
  return { opening, scrolling, streaming, 'opening one answer': one, 'streaming one answer': growing };
}

/** The threads that are opened: a long one, and one of a single long answer. */
async function fill({ board }: BenchedPage, messages: number): Promise<void> {
  await postAll(board, THREAD, longThread(messages));
  const body = {
    kind: 'answer',
    headline: '',
    isCalling: false,
    pieces: [{ kind: 'markdown', text: longMarkdown(CHARACTERS) }],
  };
  await board.post({ id: `${LONG_ANSWER}-0`, thread: LONG_ANSWER, author: undefined, isTaken: true, body });
}

const COLUMNS = ['', 'time', 'work in the longest task', 'longest frame', 'giving memory back'];

/** Times are of the browser's own trace; `work` is the processor's, which other programs lengthen less. */
async function inBrowser({ messages, runs, loads }: Amount): Promise<string[][]> {
  const page = await startBenchedPage();
  const browser = await startChromium();
  await fill(page, messages);
  const rows: string[][] = [];
  for (const [name, path] of [
    ['an empty page', '/empty'],
    ['the page', '/'],
    [`a thread of ${messages} messages`, `/#${THREAD}`],
  ] as const) {
    const times = await timesToPaint(browser, page, path, loads);
    rows.push([`first paint of ${name}`, spread(times, 'ms', 0), '', '', '']);
  }
  const found: Record<Kind, Traced>[] = [];
  for (let run = 0; run < runs; run++) found.push(await oneRun(browser, page, messages));
  for (const kind of Object.keys(found[0] ?? {}) as Kind[]) {
    const of = (key: 'longestTask' | 'mostWork' | 'longestFrame') =>
      spread(
        found.map((run) => run[kind][key]),
        'ms',
        0,
      );
    const compactions = found.map((run) => run[kind].longestCompaction).filter((one) => one > 0);
    const given = compactions.length === 0 ? '' : `${compactions.length}: ${spread(compactions, 'ms', 0)}`;
    rows.push([kind, of('longestTask'), of('mostWork'), of('longestFrame'), given]);
  }
  await browser.close();
  await page.close();
  return rows;
}

async function run({ isSmoke }: Size): Promise<Found> {
  const amount = isSmoke ? { messages: 50, runs: 1, loads: 1 } : { messages: 2_000, runs: 5, loads: 9 };
  return {
    columns: COLUMNS,
    rows: hasChromium ? await inBrowser(amount) : [],
    notes: [
      bytesBeforePaint(),
      `The first paint is on a processor ${THROTTLED} times slower; of all else the time is that of the longest task. The answer has ${CHARACTERS} characters. Now and then the browser gives memory back, which is counted by itself: in how many runs, and how long nothing was drawn for it.`,
      ...(hasChromium ? [] : [`What takes a browser is not measured${NEEDS_CHROMIUM}.`]),
    ],
    faults: [],
  };
}

export const page: Bench = {
  name: 'page',
  measures:
    'What the page costs a browser: what it is sent before it paints anything, when it does, beside an empty page, and the longest task and frame while a long thread opens, is scrolled from its end to its beginning and back, and goes on at its end.',
  run,
};
