import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inComponents } from '../../adapters/discord/components.ts';
import { inviteLink, PERMISSION_NAMES } from '../../adapters/discord/permissions.ts';
import { asField } from '../../adapters/discord/text.ts';
import { problemOf } from '../doubles/discord/rules.ts';
import { bodies } from '../support/hostile-views.ts';
import { tries } from '../support/tries.ts';

test('no view, however hostile its strings, becomes a payload that Discord refuses or that pings anybody', () => {
  fc.assert(
    fc.property(bodies, fc.constantFrom(1, 2, 16), (body, divisor) => {
      const options = { asksFeedback: true };
      for (const outgoing of inComponents({ key: 'k', exchange: 1, body }, divisor, options)) {
        if (outgoing.kind !== 'message') continue;
        const payload = outgoing.body;
        expect(problemOf(payload, [])).toBeUndefined();
        expect(outsideOfCode(payload.components)).not.toMatch(/(?<!\\)(?:@(?:everyone|here)\b|<@&\d)/);
        const { users } = payload.allowed_mentions as { users: string[] };
        expect(users.every((id) => body.kind === 'notice' && body.mentions.includes(id))).toBe(true);
      }
    }),
    { numRuns: tries(400) },
  );
});

/** What the texts of components say besides code, which calls nobody. */
function outsideOfCode(components: unknown): string {
  const texts: string[] = [];
  JSON.stringify(components, (key, value: unknown) => {
    if (key === 'content' && typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n').replace(/```[\s\S]*?```|(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
}

describe('text', () => {
  test.each([
    ['<@123> <@&5> <#7> @everyone', '\\<@123\\> \\<@&5\\> \\<\\#7\\> \\@everyone'],
    ['a < b </s> <t:1> </run:12>', 'a < b </s\\> \\<t:1\\> \\</run:12\\>'],
    ['**bold** [a](b) `c` 8*4', '\\*\\*bold\\*\\* \\[a\\]\\(b\\) \\`c\\` 8\\*4'],
    ['# no heading', '\\# no heading'],
    ['see https://hf.co/a_b_c*d', 'see https://hf.co/a_b_c*d'],
  ])('%j from elsewhere means nothing', (text, shown) => {
    expect(asField(text)).toBe(shown);
  });
});

test('the invite link asks for what the bot needs and for no more', () => {
  const link = new URL(inviteLink('123'));
  expect(link.searchParams.get('scope')).toBe('bot applications.commands');
  const bits = BigInt(link.searchParams.get('permissions') ?? 0)
    .toString(2)
    .replaceAll('0', '').length;
  expect(bits).toBe(PERMISSION_NAMES.length);
  expect(PERMISSION_NAMES).not.toContain('Administrator');
});
