import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inComponents } from '../../adapters/discord/components.ts';
import { inviteLink, PERMISSION_NAMES } from '../../adapters/discord/permissions.ts';
import { harmless, STYLE } from '../../adapters/discord/style.ts';
import { tablesAsText } from '../../adapters/discord/tables.ts';
import { problemOf } from '../doubles/discord/rules.ts';
import { bodies } from '../support/hostile-views.ts';

test('no view, however hostile its strings, becomes a payload that Discord refuses or that pings anybody', () => {
  fc.assert(
    fc.property(bodies, fc.constantFrom(1, 2, 16), (body, divisor) => {
      const options = { asksFeedback: true };
      for (const outgoing of inComponents({ key: 'k', exchange: 1, body }, divisor, options)) {
        if (outgoing.kind !== 'message') continue;
        const payload = outgoing.body;
        expect(problemOf(payload, [])).toBeUndefined();
        expect(JSON.stringify(payload.components)).not.toMatch(/@(everyone|here)\b|<@&\d/);
        const { users } = payload.allowed_mentions as { users: string[] };
        expect(users.every((id) => body.kind === 'notice' && body.mentions.includes(id))).toBe(true);
      }
    }),
    { numRuns: 400 },
  );
});

describe('text', () => {
  test.each([
    ['<@123> <@&5> <#7> @everyone', '<\u200b@123> <\u200b@&5> <\u200b#7> @\u200beveryone'],
    ['a < b', 'a < b'],
  ])('%j notifies nobody', (text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  test('from elsewhere means nothing', () => {
    expect(STYLE.plain('**bold** [a](http://b) `c`')).toBe('\\*\\*bold\\*\\* \\[a\\]\\(http://b\\) \\`c\\`');
  });

  test('tables become columns, and what stands in code blocks stays', () => {
    const table = '| model | acc |\n| --- | --- |\n| **a** | 0.9 |\n| longer | 0.75 |';
    expect(tablesAsText(`before\n${table}\nafter`)).toBe(
      'before\n```\nmodel   acc\n──────  ────\na       0.9\nlonger  0.75\n```\nafter',
    );
    expect(tablesAsText('| [m](https://hf.co/m) |\n| --- |\n| x |')).toBe(
      '```\nm\n─\nx\n```\n[m](https://hf.co/m)',
    );
    expect(tablesAsText(`\`\`\`\n${table}\n\`\`\``)).toBe(`\`\`\`\n${table}\n\`\`\``);
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
