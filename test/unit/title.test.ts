import { describe, expect, test } from 'vitest';
import { titleIn } from '../../src/agent/title.ts';

describe('a title', () => {
  test.each([
    ['IMDB sentiment baseline', 'IMDB sentiment baseline'],
    ['  "DPO on UltraFeedback."\nBecause that is it', 'DPO on UltraFeedback'],
    ['**Title: Whisper on Swahili**', 'Whisper on Swahili'],
    ['# Qwen3 als Richter', 'Qwen3 als Richter'],
    ['', undefined],
    ['...', undefined],
    [`I cannot ${'really '.repeat(20)}say`, undefined],
  ])('in %j is %j', (answer, title) => {
    expect(titleIn(answer)).toBe(title);
  });
});
