import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parsedJson } from '../../src/lib/json.ts';
import { answered, DONE, delta, sent, tool } from '../support/model-stream.ts';
import { ROOT } from '../support/root.ts';

/**
 * Texts as models write them where their server does not read their format, and what is meant: the text for
 * people, calls of tools, and thoughts.
 */
const Case = z.strictObject({
  said: z.string(),
  text: z.string().optional(),
  calls: z.array(z.tuple([z.string(), z.unknown()])).optional(),
  reasoning: z.string().optional(),
  /** It ended at the limit of its tokens. */
  isCut: z.boolean().optional(),
  /** Its server read a call, and left the rest in the text. */
  isBesideCall: z.boolean().optional(),
});
const groups = z
  .record(z.string(), z.array(Case))
  .parse(JSON.parse(readFileSync(join(ROOT, 'test/corpora/written-answers.json'), 'utf8')));

const CALL = tool({ index: 0, id: 'x', function: { name: 'read', arguments: '{}' } });

describe.each(Object.entries(groups))('what models write is read as it is meant: %s', (_kind, cases) => {
  test.each(cases)('$said', async ({ said, isBesideCall, isCut, text, calls, reasoning }) => {
    const end = [...(isBesideCall ? [CALL] : []), delta({}, isCut ? 'length' : 'stop')];
    const whole = await answered(sent(delta({ content: said }), ...end) + DONE);
    const signs = Array.from(said, (content) => delta({ content }));
    const slowly = await answered(sent(...signs, ...end) + DONE);
    for (const answer of [whole, slowly]) {
      const called = answer.calls.map((call) => [call.name, parsedJson(call.arguments) ?? call.arguments]);
      if (text !== undefined) expect(answer.text).toBe(text);
      if (calls !== undefined) expect(called).toEqual(calls);
      if (reasoning !== undefined) expect(answer.reasoning.trim()).toBe(reasoning);
      expect(answer.isTruncated).toBe(isCut ?? false);
    }
  });
});
