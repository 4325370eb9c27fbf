import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../support/root.ts';

const page = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
const mapped = [...page.matchAll(/^(src\/\S+)\/ {2,}\S/gm)].map(([, folder]) => folder ?? '');

/** Folders of adapters and tests: each is a room of its own. */
const besideSrc = ['adapters', 'test'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`),
);

const Rooms = z.object({ floors: z.array(z.record(z.string(), z.array(z.string()))) });
const { floors } = Rooms.parse(JSON.parse(readFileSync(join(ROOT, 'src/rooms.json'), 'utf8')));
const rooms = floors.flatMap(Object.keys).map((room) => `src/${room}`);

const roomOf = (file: string): string | undefined =>
  rooms.filter((room) => `${file}/`.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0];

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file));

test('the map shows every room that the rules of imports name, and none besides', () => {
  expect([...mapped].sort()).toEqual([...rooms].sort());
});

test('the map shows every folder of the adapters and of the tests, the programs, and none besides', () => {
  const shown = [...page.matchAll(/^((?!src\/)[a-z]+(?:\/\S+)?)\/ {2,}\S/gm)].map(
    ([, folder]) => folder ?? '',
  );
  expect(besideSrc.length).toBeGreaterThan(15);
  expect([...shown].sort()).toEqual([...besideSrc, 'bin'].sort());
});

test('the map shows the rooms in the order of their floors', () => {
  const height = (room: string) => floors.findIndex((floor) => room.replace('src/', '') in floor);
  const heights = mapped.map(height);
  expect(heights).toEqual([...heights].sort((a, b) => a - b));
});

test('every source file is in a room, and every room has files', () => {
  expect(sources.filter((file) => roomOf(dirname(file)) === undefined)).toEqual([]);
  const used = new Set(sources.map((file) => roomOf(dirname(file))));
  expect(rooms.filter((room) => !used.has(room))).toEqual([]);
});

test('every file that the page names is there', () => {
  const named = [...page.matchAll(/`((?:[\w-]+\/)+[\w-]+\.(?:ts|cjs|json|md))`/g)].map(
    ([, file]) => file ?? '',
  );
  const isThere = (file: string) => [file, `src/${file}`].some((path) => existsSync(join(ROOT, path)));
  expect(named.filter((file) => !isThere(file))).toEqual([]);
});
