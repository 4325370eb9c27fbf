import { expect, test } from 'vitest';
import { requestOf } from '../../src/agent/request.ts';
import { assistant, at, call, snapshot, user } from '../support/snapshots.ts';

test('every call is followed by its result, in the order of the calls, whatever became of it', () => {
  const { messages, toolCalls } = snapshot({
    entries: [
      user('go'),
      assistant('looking'),
      user('and hurry'),
      { role: 'notice', text: 'not for the model' },
    ],
    toolCalls: [
      call({ id: 'c1', providerId: 'p1', state: { kind: 'done', output: 'one', at: at(1) } }),
      call({ id: 'c2', providerId: 'p2', position: 1, arguments: '{broken', state: { kind: 'proposed' } }),
    ],
  });
  expect(requestOf('system', messages, toolCalls)).toEqual([
    { role: 'system', content: 'system' },
    { role: 'user', content: '[Ada] go' },
    {
      role: 'assistant',
      content: 'looking',
      tool_calls: [
        { id: 'p1', type: 'function', function: { name: 'plan_tool', arguments: '{}' } },
        { id: 'p2', type: 'function', function: { name: 'plan_tool', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'p1', content: 'one' },
    { role: 'tool', tool_call_id: 'p2', content: 'This call has not been run.' },
    { role: 'user', content: '[Ada] and hurry' },
  ]);
});
