import { expect, test } from 'vitest';
import { createRoom } from '../../src/runtime/room.ts';

/** A process whose load is in the hands of the test. */
function processWith(load: { busy: number; heap: number }) {
  let at = 0;
  let looks = 0;
  const room = createRoom(() => ({
    at,
    busy: () => {
      looks++;
      return load.busy;
    },
    heap: () => load.heap,
  }));
  return {
    room,
    load,
    looks: () => looks,
    pass(ms: number) {
      at += ms;
    },
  };
}

test('there is room for as long as the event loop keeps up, and again once it does', () => {
  const { room, load, pass } = processWith({ busy: 0.5, heap: 0.2 });
  expect(room(500)).toBe(true);
  load.busy = 0.99;
  pass(200);
  expect(room(500)).toBe(false);
  load.busy = 0.5;
  pass(200);
  expect(room(500)).toBe(true);
});

test('memory that is used up is no room', () => {
  const { room } = processWith({ busy: 0.1, heap: 0.85 });
  expect(room(20)).toBe(false);
});

test('a few are always begun, however busy the process is', () => {
  const { room } = processWith({ busy: 1, heap: 1 });
  expect(room(7)).toBe(true);
  expect(room(8)).toBe(false);
});

test('what has been begun shows before there is another look', () => {
  const { room, load, pass, looks } = processWith({ busy: 0.5, heap: 0 });
  expect(room(10)).toBe(true);
  load.busy = 1;
  for (let i = 0; i < 100; i++) expect(room(10)).toBe(true);
  expect(looks()).toBe(1);
  pass(200);
  expect(room(10)).toBe(false);
});
