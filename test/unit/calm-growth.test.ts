import { describe, expect, test } from 'vitest';
import { growth } from '../chaos/calm.ts';

type Samples = Parameters<typeof growth>[0];

/** An hour's looks, a request a look, with what a request takes at that look. */
function anHour(callsAt: (look: number) => number, more: Partial<Samples[number]> = {}): Samples {
  let databaseCalls = 0;
  return Array.from({ length: 240 }, (_, look) => {
    databaseCalls += callsAt(look);
    const sizes = { rssMb: 300, heapMb: 100, handles: 40, directoryMb: look / 10, logMb: 32 };
    return { minute: look / 4, requests: look, databaseCalls, ...sizes, ...more };
  });
}

describe('what an hour shows of growth', () => {
  test('is nothing where each request takes as much as before', () => {
    expect(growth(anHour(() => 120))).toEqual([]);
  });

  test('is what a request takes more of the database', () => {
    expect(growth(anHour((look) => 100 + look))).toEqual([
      'a request took 190.000 database calls, and takes 310.000',
    ]);
  });

  test('is nothing where the same requests come more slowly, as beside other work', () => {
    const slower = anHour(() => 120).map((sample, look) => ({
      ...sample,
      minute: look < 120 ? look / 4 : look,
    }));
    expect(growth(slower)).toEqual([]);
  });

  test('is memory that does not come back', () => {
    const leaking = anHour(() => 120).map((sample, look) => ({ ...sample, rssMb: 300 + look }));
    expect(growth(leaking)).toEqual(['rssMb grew from 390.0 to 510.0']);
  });
});
