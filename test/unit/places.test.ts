import { expect, test, vi } from 'vitest';
import { createPlaces } from '../../src/lib/places.ts';

/** Work that goes on until it is let end. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const begun = vi.fn(() => promise);
  return { begun, end: resolve, fail: reject };
}

const { signal } = new AbortController();
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('so many are at work at once, and the others begin in the order in which they came', async () => {
  const places = createPlaces(2);
  const all = [work(), work(), work(), work()];
  const onWait = vi.fn();
  const ends = all.map(({ begun }) => places.held(begun, signal, onWait));
  await settled();
  expect(all.map(({ begun }) => begun.mock.calls.length)).toEqual([1, 1, 0, 0]);
  expect(onWait).toHaveBeenCalledTimes(2);
  all[1]?.end('second');
  expect(await ends[1]).toBe('second');
  await settled();
  expect(all.map(({ begun }) => begun.mock.calls.length)).toEqual([1, 1, 1, 0]);
  for (const one of all) one.end('done');
  await Promise.all(ends);
  const free = vi.fn();
  expect(await places.held(async () => 'at once', signal, free)).toBe('at once');
  expect(free).not.toHaveBeenCalled();
});

test('what fails leaves its place', async () => {
  const places = createPlaces(1);
  await expect(
    places.held(
      async () => Promise.reject(new Error('no')),
      signal,
      () => {},
    ),
  ).rejects.toThrow('no');
  expect(
    await places.held(
      async () => 'next',
      signal,
      () => {},
    ),
  ).toBe('next');
});

test('whoever waits and is broken off begins nothing and takes no place', async () => {
  const places = createPlaces(1);
  const [first, second, third] = [work(), work(), work()];
  const ends = [places.held(first.begun, signal, () => {})];
  const breaking = new AbortController();
  const broken = places.held(second.begun, breaking.signal, () => {});
  ends.push(places.held(third.begun, signal, () => {}));
  breaking.abort(new Error('stopped'));
  await expect(broken).rejects.toThrow('stopped');
  first.end('done');
  await settled();
  expect(second.begun).not.toHaveBeenCalled();
  expect(third.begun).toHaveBeenCalledTimes(1);
  third.end('done');
  await Promise.all(ends);
  await expect(places.held(second.begun, AbortSignal.abort(new Error('late')), () => {})).rejects.toThrow(
    'late',
  );
});
