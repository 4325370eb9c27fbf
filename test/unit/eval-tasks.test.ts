import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GOOD } from '../eval/scripted/good.ts';
import { HABITS } from '../eval/scripted/habits.ts';
import { TASKS } from '../eval/tasks/list.ts';
import { ROOT } from '../support/root.ts';

const gradersOf = (name: string): string[] =>
  TASKS.find((task) => task.name === name)?.graders.map((grader) => grader.name) ?? [];

test('there is a week of tasks, each with its own name, and a scripted model that does it well', () => {
  expect(TASKS.length).toBeGreaterThanOrEqual(20);
  expect(new Set(TASKS.map(({ name }) => name)).size).toBe(TASKS.length);
  expect(Object.keys(GOOD).toSorted()).toEqual(TASKS.map(({ name }) => name).toSorted());
});

test('within a task no two graders are called alike, and each says in a line what it expects', () => {
  for (const { name, graders } of TASKS) {
    expect({ name, count: new Set(gradersOf(name)).size }).toEqual({ name, count: graders.length });
    for (const { expects } of graders) expect(expects).toMatch(/^[^\n]{5,}$/);
  }
});

test('every grader has a habit that it is there for', () => {
  expect(HABITS.length).toBeGreaterThanOrEqual(30);
  const names = new Set(TASKS.flatMap(({ name }) => gradersOf(name)));
  const tried = new Set(HABITS.flatMap(({ caughtBy }) => caughtBy));
  expect([...names].filter((name) => !tried.has(name))).toEqual([]);
});

test('every task has a habit, and every habit graders of its task', () => {
  expect(
    TASKS.filter(({ name }) => !HABITS.some(({ task }) => task === name)).map(({ name }) => name),
  ).toEqual([]);
  for (const { name, task, caughtBy } of HABITS) {
    expect({ name, unknown: caughtBy.filter((grader) => !gradersOf(task).includes(grader)) }).toEqual({
      name,
      unknown: [],
    });
    expect(caughtBy.length).toBeGreaterThan(0);
  }
  expect(new Set(HABITS.map(({ name }) => name)).size).toBe(HABITS.length);
});

test('docs/AGENT.md lists the tasks as they are', () => {
  const page = readFileSync(join(ROOT, 'docs/AGENT.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| ([^|]+) \|$/gm)].map(([, name, about]) => [name, about]);
  expect(rows).toEqual(TASKS.map(({ name, about }) => [name, about]));
});
