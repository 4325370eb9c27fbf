import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { readAssets } from '../../adapters/web/assets.ts';
import { hasChromium, NEEDS_CHROMIUM, startChromium } from '../support/chromium.ts';
import { longMarkdown, longThread, postAll } from '../support/long-thread.ts';
import { type BenchedPage, startBenchedPage } from '../support/page-bench.ts';
import { type Traced, traced } from '../support/page-trace.ts';

/*
 * What the page costs a browser: what it is sent before it paints anything, when it does, and the longest
 * task and frame while a long thread opens, is scrolled from its end to its beginning and back, and goes
 * on at its end. Times are of the browser's own trace; `work` is the time of the processor in a task,
 * which other programs lengthen less.
 *
 *   npm run bench:page -- [--messages 2000] [--runs 5] [--loads 9]
 */

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '5' },
    loads: { type: 'string', default: '9' },
  },
});
const MESSAGES = Number(values.messages);
const RUNS = Number(values.runs);
const LOADS = Number(values.loads);

const THREAD = 'thread-that-is-long';
const LONG_ANSWER = 'thread-of-one-answer';
const CHARACTERS = 100_000;
/** As often as an answer is edited here, and for how long. */
const EDITS = 100;
const EDIT_MS = 50;
/** What a phone of some years ago is slower by. */
const THROTTLED = 4;
const VIEWPORT = { width: 1280, height: 860 };

const print = (line: string) => void process.stdout.write(`${line}\n`);

const ms = (all: readonly number[]): string => {
  const sorted = all.toSorted((a, b) => a - b);
  const [least = 0, median = 0, most = 0] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return `${median.toFixed(0)} ms (${least.toFixed(0)}–${most.toFixed(0)})`;
};

/** Scripts and styles, which are all served before anything is painted. */
function printBytes(): void {
  const packed = (type: string) =>
    readAssets()
      .filter((asset) => asset.type.startsWith(type))
      .reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0);
  const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  print(
    `before the first paint, gzipped: ${kb(packed('text/javascript'))} of scripts, ${kb(packed('text/css'))} of styles`,
  );
}

async function timesToPaint(browser: Browser, page: BenchedPage, path: string): Promise<number[]> {
  const times: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const window = await page.window(browser, VIEWPORT);
    await window.goto('about:blank');
    const session = await window.context().newCDPSession(window);
    await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLED });
    const { firstPaint } = await traced(browser, window, async () => {
      await window.goto(`${page.origin}${path}`);
      await window.waitForTimeout(500);
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

async function oneRun(browser: Browser, page: BenchedPage): Promise<Record<Kind, Traced>> {
  const window = await page.window(browser, VIEWPORT);
  await window.goto('about:blank');
  const whole = longMarkdown(CHARACTERS);
  const on = (work: () => Promise<unknown>) => traced(browser, window, work);
  const opening = await on(() => openThread(window, page, THREAD, MESSAGES));
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

const [cpu] = cpus();
print(
  `${cpus().length} cores of ${cpu?.model ?? 'an unknown kind'}, load ${loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')}`,
);
printBytes();
if (!hasChromium) {
  print(`What takes a browser is not measured${NEEDS_CHROMIUM}.`);
  process.exit(1);
}
const page = await startBenchedPage();
const browser = await startChromium();
await postAll(page.board, THREAD, longThread(MESSAGES));
const body = {
  kind: 'answer',
  headline: '',
  isCalling: false,
  pieces: [{ kind: 'markdown', text: longMarkdown(CHARACTERS) }],
};
await page.board.post({
  id: `${LONG_ANSWER}-0`,
  thread: LONG_ANSWER,
  author: undefined,
  isTaken: true,
  body,
});

print(`\nfirst paint on a processor ${THROTTLED} times slower, ${LOADS} loads each, median (least–most):`);
for (const [name, path] of [
  ['an empty page', '/empty'],
  ['the page', '/'],
  [`a thread of ${MESSAGES} messages`, `/#${THREAD}`],
] as const) {
  print(`  ${name.padEnd(28)} ${ms(await timesToPaint(browser, page, path))}`);
}

const runs: Record<Kind, Traced>[] = [];
for (let run = 0; run < RUNS; run++) runs.push(await oneRun(browser, page));
print(`\na thread of ${MESSAGES} messages, and an answer of ${CHARACTERS} characters, ${RUNS} runs:`);
for (const kind of Object.keys(runs[0] ?? {}) as Kind[]) {
  const all = runs.map((run) => run[kind]);
  const [worst] = all.toSorted((a, b) => b.mostWork - a.mostWork);
  const of = (key: 'longestTask' | 'mostWork' | 'longestFrame') => ms(all.map((one) => one[key]));
  print(
    `  ${kind.padEnd(22)} longest task ${of('longestTask')}, work ${of('mostWork')}, frame ${of('longestFrame')}`,
  );
  print(`  ${''.padEnd(22)} ${JSON.stringify(worst?.parts)}`);
}
await browser.close();
await page.close();
process.exit(0);
