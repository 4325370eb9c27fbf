import { createBackoff } from '../lib/backoff.ts';
import { createBreath } from '../lib/breath.ts';
import { printedParts, withoutAnsi } from '../lib/output.ts';
import { Pace, withLine } from '../session/progress/pace.ts';
import { advance, Progress, READ_PARTS } from '../session/progress.ts';
import { type Following, SAFETY_MS } from './following.ts';
import { KnownLines } from './known-lines.ts';

/**
 * Reads a log line by line, and goes on where it stopped when the stream breaks: the Hub replays what there
 * is.
 */
export async function readLog(following: Following): Promise<void> {
  const { deps, watch, signal } = following;
  const { jobs, pollMs, clock, random, redaction } = deps;
  const known = new KnownLines();
  const breathe = createBreath();
  const backoff = createBackoff({ firstMs: 2 * pollMs, longestMs: SAFETY_MS }, random);
  const clean = redaction.lines();
  // Another follower may have read a part of it: what is known of the progress is made anew from the first
  // line.
  let progress = Progress.parse({});
  let pace = Pace.parse({});
  while (!signal.aborted) {
    const isKnown = known.begin();
    try {
      for await (const line of jobs.follow(watch.namespace, watch.jobId, signal)) {
        backoff.reset(); // the Hub answers, be it with what is known
        if (isKnown(line)) continue;
        const { text } = line;
        // What was printed at once may be thousands of lines.
        for (const printed of (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')) {
          const text = cleaned(printed, clean);
          const next = advance(progress, text);
          pace = withLine(pace, progress, next, { text, at: line.at }, watch.stopWhen?.no_improvement);
          progress = next;
          await breathe(); // what was printed long ago comes as fast as it is read
        }
        following.progress = progress;
        following.pace = pace;
        following.heard = { at: clock.monotonic(), ageMs: clock.now().getTime() - line.at };
        following.snapshot = { ...following.snapshot, seenAt: clock.now() };
        following.isDirty = true;
      }
    } catch {
      if (signal.aborted) return;
    }
    if (following.ending !== undefined) return;
    await clock.sleep(backoff.next(), signal).catch(() => {}); // aborted: seen at the next turn
  }
}

/** What was printed over on a line is looked at part by part, as it is read. */
const cleaned = (line: string, clean: (part: string) => string): string =>
  printedParts(line, READ_PARTS, LINE_CHARACTERS)
    .map((part) => clean(withoutAnsi(part)))
    .join('\r');

/** More than progress is read from, with terminal codes. */
const LINE_CHARACTERS = 8_000;
