import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KnownLines, type LogLine } from '../../src/jobs/known-lines.ts';

/** Lines in the order in which they were printed, some within the same moment and some alike. */
const printed = fc
  .array(fc.record({ text: fc.constantFrom('a', 'b', 'loss: 1'), after: fc.nat({ max: 1 }) }), {
    maxLength: 60,
  })
  .map((parts) => {
    let at = 1_000;
    return parts.map(({ text, after }): LogLine => {
      at += after;
      return { text, at };
    });
  });

test('wherever streams break and begin again, every line is new once, in its order', () => {
  fc.assert(
    fc.property(printed, fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 5 }), (lines, breaks) => {
      const known = new KnownLines();
      const read: LogLine[] = [];
      let upTo = 0;
      for (const [more, back] of [...breaks, [60, 60] as const]) {
        // A stream begins at the start, or somewhere among what was read, but within no moment.
        const from = lines.findIndex(({ at }) => at >= (lines[Math.max(0, upTo - back)]?.at ?? 0));
        const isKnown = known.begin();
        upTo = Math.min(lines.length, upTo + more);
        for (const line of lines.slice(Math.max(0, from), upTo)) if (!isKnown(line)) read.push(line);
      }
      expect(read).toEqual(lines.slice(0, upTo));
    }),
  );
});

test('without times lines are counted from the start', () => {
  const known = new KnownLines();
  const lines = ['a', 'b', 'a'].map((text) => ({ text, at: Number.NaN }));
  const first = known.begin();
  expect(lines.slice(0, 2).map(first)).toEqual([false, false]);
  const again = known.begin();
  expect(lines.map(again)).toEqual([true, true, false]);
});
