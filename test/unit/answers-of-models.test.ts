import { expect, test } from 'vitest';
import { checked } from '../../src/llm/answer.ts';

const answer = (calls: { providerId: string; name: string; arguments: string }[]) =>
  checked({
    text: '',
    reasoning: '',
    calls,
    isTruncated: false,
    isFiltered: false,
    usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
  });
const call = { providerId: 'call_1', name: 'bash', arguments: '{}' };

test('names and ids that are longer than any are left out of an answer', () => {
  const long = 'x'.repeat(3_000_000);
  expect(answer([call]).calls).toEqual([call]);
  expect(answer([{ ...call, name: long }]).calls).toEqual([{ ...call, name: '' }]);
  expect(answer([{ ...call, providerId: long }]).calls).toEqual([{ ...call, providerId: '' }]);
});

test('an answer with more calls, or more in them, than any has is given up', () => {
  const of = (count: number, text = '{}') =>
    Array.from({ length: count }, () => ({ ...call, arguments: text }));
  expect(answer(of(128)).calls).toHaveLength(128);
  expect(() => answer(of(129))).toThrow('more than 128 calls');
  expect(() => answer(of(2, 'x'.repeat(600_000)))).toThrow('more than 1,000,000 characters');
});
