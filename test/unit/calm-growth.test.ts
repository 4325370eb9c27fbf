import { describe, expect, test } from 'vitest';
import { boundOf } from '../chaos/measured.ts';
import { growthOf, type Point, slopeOf } from '../chaos/slopes.ts';

/** An hour's looks, a request a look. */
const anHour = (valueAt: (look: number) => number): Point[] =>
  Array.from({ length: 240 }, (_, look) => ({ minute: look / 4, requests: look, value: valueAt(look) }));

const isKept = (name: string, valueAt: (look: number) => number) =>
  growthOf(name, anHour(valueAt), boundOf(name)).isKept;

describe('what an hour shows of growth', () => {
  test('is nothing where each request takes as much as before', () => {
    expect(isKept('worker 1: database calls', (look) => 120 * look)).toBe(true);
    expect(isKept('messages: rows', (look) => 6 * look)).toBe(true);
  });

  test('is what a request takes more of the database, or of a table that is kept', () => {
    expect(isKept('worker 1: database calls', (look) => 100 * look + look ** 2)).toBe(false);
    expect(isKept('messages: MB', (look) => 0.1 * look + look ** 2 / 1_000)).toBe(false);
  });

  test('is nothing where the same requests come more slowly, as beside other work', () => {
    const slower = anHour((look) => 120 * look).map((point, look) => ({
      ...point,
      minute: look < 120 ? look / 4 : look,
    }));
    const name = 'worker 1: database calls';
    expect(growthOf(name, slower, boundOf(name)).isKept).toBe(true);
  });

  test('is memory, files, connections and keys that do not come back', () => {
    expect(isKept('worker 1: RSS MB', (look) => 250 + look / 3)).toBe(false);
    expect(isKept('worker 1: RSS MB', (look) => (look < 60 ? 200 + look : 260 + (look % 20)))).toBe(true);
    expect(isKept('chat 1: files', (look) => 40 + look / 10)).toBe(false);
    expect(isKept('Postgres: connections', (look) => 10 + look / 40)).toBe(false);
    expect(isKept('Redis: keys', (look) => 20 + look)).toBe(false);
  });

  test('is a table from which nothing is deleted, and none that is emptied again and again', () => {
    expect(isKept('deliveries: rows', (look) => 2 * look)).toBe(false);
    expect(isKept('deliveries: rows', (look) => 2 * (look % 28))).toBe(true);
  });
});

test('the slope of points on a line is that of the line, and there is none through one point', () => {
  expect(slopeOf([1, 2, 5].map((x) => ({ x, y: 3 * x + 7 })))).toBeCloseTo(3);
  expect(slopeOf([{ x: 4, y: 2 }])).toBe(0);
});
