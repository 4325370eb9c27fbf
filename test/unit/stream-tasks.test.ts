import { expect, test } from 'vitest';
import { chunksBetween } from '../../adapters/slack/stream-tasks.ts';

const task = (id: string, status: 'pending' | 'in_progress' | 'complete' = 'pending') => ({
  id,
  title: `Task ${id}`,
  status,
});

test('a stream is brought from what it shows to what it should, where it can get there', () => {
  const one = { text: 'Hello', tasks: [task('1')] };
  expect(chunksBetween({ text: '', tasks: [] }, one)).toEqual([
    { type: 'plan_update', title: 'Plan' },
    { type: 'task_update', ...task('1') },
    { type: 'markdown_text', text: 'Hello' },
  ]);
  expect(chunksBetween(one, one)).toEqual([]);
  expect(chunksBetween(one, { text: 'Hello you', tasks: [task('1', 'complete'), task('2')] })).toEqual([
    { type: 'task_update', ...task('1', 'complete') },
    { type: 'task_update', ...task('2') },
    { type: 'markdown_text', text: ' you' },
  ]);
  expect(chunksBetween(one, { text: 'Hell', tasks: [task('1')] })).toBeUndefined();
  expect(chunksBetween(one, { text: 'Hello', tasks: [task('2')] })).toBeUndefined(); // a task can't be taken away
});
