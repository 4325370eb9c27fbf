import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';

/*
 * What a browser's own trace tells of a page: when it painted first, and what its main thread took longest
 * for.
 */

const CATEGORIES = [
  ...['devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8', 'disabled-by-default-v8.gc'],
  ...['blink.user_timing', 'loading', '__metadata'],
];

/** Times are in microseconds; `tdur` is the time of the processor in it. */
const Event = z.object({
  name: z.string(),
  ph: z.string(),
  pid: z.number(),
  tid: z.number(),
  ts: z.number(),
  dur: z.number().default(0),
  tdur: z.number().default(0),
  id2: z.object({ local: z.string().optional() }).optional(),
  args: z.looseObject({ name: z.unknown(), data: z.unknown() }).partial().default({}),
});
type Event = z.infer<typeof Event>;
const Trace = z.object({ traceEvents: z.array(Event) });
const Navigation = z.object({ navigationId: z.string(), isOutermostMainFrame: z.boolean().default(true) });

/** In milliseconds. */
export type Traced = {
  /** From the beginning of the newest navigation. */
  firstPaint: number | undefined;
  /**
   * The longest task of the main thread, and the most that one took of the processor; both, as the frames,
   * without what the browser does once to have less memory after much was made or given up.
   */
  longestTask: number;
  mostWork: number;
  /** What the task with most work did. */
  parts: Record<string, number>;
  /** The longest that a frame was in the making: from the task that asked for it to what was drawn. */
  longestFrame: number;
  frames: number;
  /** The longest of that: it closes the gaps between all that a page holds. */
  longestCompaction: number;
};

/** Does something on a page, and tells what the trace has of that. */
export async function traced(browser: Browser, page: Page, work: () => Promise<unknown>): Promise<Traced> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const { traceEvents } = Trace.parse(JSON.parse((await browser.stopTracing()).toString('utf8')));
  const main = mainThread(traceEvents);
  const ofPage = traceEvents.filter(({ pid }) => pid === main?.pid);
  return readTrace(
    ofPage.filter(({ tid }) => tid === main?.tid),
    framesOf(ofPage),
  );
}

type Span = Pick<Event, 'ts' | 'dur'>;

const overlap = (one: Span, other: Span): boolean =>
  one.ts < other.ts + other.dur && other.ts < one.ts + one.dur;

/** The thread that runs the page: of all renderers the one that has laid out most often. */
function mainThread(events: readonly Event[]): Event | undefined {
  const layouts = new Map<string, number>();
  for (const { name, pid, tid } of events) {
    if (name === 'Layout') layouts.set(`${pid} ${tid}`, (layouts.get(`${pid} ${tid}`) ?? 0) + 1);
  }
  const of = ({ pid, tid }: Event) => layouts.get(`${pid} ${tid}`) ?? 0;
  return events
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .toSorted((a, b) => of(b) - of(a))[0];
}

function readTrace(own: readonly Event[], allFrames: readonly Span[]): Traced {
  const compactions = own.filter(({ name, ph }) => ph === 'X' && name === 'V8.GCFinalizeMCReduceMemory');
  const counts = (one: Span) => !compactions.some((other) => overlap(one, other));
  const tasks = own.filter((one) => one.ph === 'X' && one.name === 'RunTask' && counts(one));
  const longest = (all: readonly Span[]) => all.reduce((most, { dur }) => Math.max(most, dur / 1_000), 0);
  const hardest = tasks.toSorted((a, b) => b.tdur - a.tdur)[0];
  return {
    firstPaint: firstPaint(own),
    longestTask: longest(tasks),
    mostWork: (hardest?.tdur ?? 0) / 1_000,
    parts: hardest ? partsOf(own, hardest) : {},
    longestFrame: longest(allFrames.filter(counts)),
    frames: allFrames.length,
    longestCompaction: longest(compactions),
  };
}

function firstPaint(own: readonly Event[]): number | undefined {
  const of = (name: string) =>
    own.flatMap((event) => {
      const data = Navigation.safeParse(event.args.data);
      return event.name === name && data.success ? [{ ts: event.ts, id: data.data.navigationId }] : [];
    });
  const painted = of('firstContentfulPaint').at(-1);
  const began = of('navigationStart').find(({ id }) => id === painted?.id);
  return painted === undefined || began === undefined ? undefined : (painted.ts - began.ts) / 1_000;
}

/** What a task did with the processor for a millisecond at least, each without what was done within it. */
function partsOf(own: readonly Event[], task: Event): Record<string, number> {
  const inside = own.filter(
    (one) => one.ph === 'X' && one !== task && one.tdur > 1_000 && isWithin(one, task),
  );
  const parts: Record<string, number> = {};
  for (const one of inside) {
    const within = inside.filter((other) => other !== one && isWithin(other, one));
    const direct = within.filter((other) => !within.some((more) => more !== other && isWithin(other, more)));
    const self = (one.tdur - direct.reduce((sum, { tdur }) => sum + tdur, 0)) / 1_000;
    if (self >= 1) parts[one.name] = Math.round((parts[one.name] ?? 0) + self);
  }
  return parts;
}

const isWithin = (one: Event, of: Event): boolean => one.ts >= of.ts && one.ts + one.dur <= of.ts + of.dur;

/** How long each frame was in the making. */
function framesOf(events: readonly Event[]): Span[] {
  const began = new Map<string, number>();
  const made: Span[] = [];
  for (const { name, ph, ts, id2 } of events.toSorted((a, b) => a.ts - b.ts)) {
    if (name !== 'AnimationFrame') continue;
    const id = id2?.local ?? '';
    const from = began.get(id);
    if (ph === 'b') began.set(id, ts);
    if (ph === 'e' && from !== undefined) made.push({ ts: from, dur: ts - from });
  }
  return made;
}
