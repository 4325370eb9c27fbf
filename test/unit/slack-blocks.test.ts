import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inBlocks } from '../../adapters/slack/blocks.ts';
import { section } from '../../adapters/slack/kit.ts';
import { plainText } from '../../adapters/slack/plain-form.ts';
import { codeBlocks, markdownBlocks } from '../../adapters/slack/rich-print.ts';
import { harmless, plain, readable } from '../../adapters/slack/text.ts';
import type { StatusView, ViewMessage } from '../../src/thread/view/view-message.ts';
import { parseHome, refusalOf } from '../doubles/slack/rules.ts';
import { bodies } from '../support/hostile-views.ts';
import { tries } from '../support/tries.ts';

/** Code calls nobody, and is shown to the letter. */
const CODE = /(`+)(?!`)(?:(?!\1)[\s\S])*\1(?!`)/g;

test('no view, however hostile its strings, becomes a payload that Slack refuses or that pings a channel', () => {
  fc.assert(
    fc.property(bodies, fc.constantFrom(1, 2, 16), fc.boolean(), (body, divisor, isStreamed) => {
      for (const outgoing of inBlocks(
        { key: 'k', exchange: 1, body },
        divisor,
        { channel: 'C0ML' },
        { isStreamed, asksFeedback: true },
      )) {
        if (outgoing.kind !== 'message') continue;
        const { text, blocks } = outgoing.body;
        const { stream } = outgoing;
        expect(JSON.stringify(stream ?? '').length).toBeLessThan(20_000);
        expect(refusalOf(String(text), blocks)).toBeUndefined();
        const shown = (blocks as { type: string }[]).filter(({ type }) => type !== 'rich_text');
        const said = JSON.stringify([text, shown]).replace(CODE, '');
        expect(said).not.toMatch(/<!(channel|here|everyone)|@(channel|here|everyone)\b/);
      }
    }),
    { numRuns: tries(400) },
  );
});

const STATUS: StatusView = {
  ...{ title: undefined, phase: 'working', detail: undefined, retryAt: undefined, plan: [], links: [] },
  ...{ timeline: [], earlier: 0, writing: undefined, elapsedSeconds: 1, tokens: 0, usd: undefined },
  ...{ autoApproval: undefined, control: undefined, hasMenu: false },
};

describe('a plan', () => {
  const status = (phase: StatusView['phase'], plan: StatusView['plan']): ViewMessage => ({
    ...{ key: 'status', exchange: 1 },
    body: { kind: 'status', ...STATUS, phase, plan },
  });
  const step = (status: StatusView['plan'][number]['status'], id = '1') => ({
    id,
    content: `${status} <!here>`,
    status,
  });
  const blocksOf = (message: ViewMessage) => {
    const [outgoing] = inBlocks(message, 1, { channel: 'C0ML' }, { isStreamed: false, asksFeedback: true });
    if (outgoing?.kind !== 'message') throw new Error('there is no message');
    expect(refusalOf(String(outgoing.body.text), outgoing.body.blocks)).toBeUndefined();
    return outgoing.body;
  };
  const planOf = (message: ViewMessage) =>
    (blocksOf(message).blocks as { type: string; title?: string; tasks?: object[] }[]).find(
      ({ type }) => type === 'plan',
    );

  test('says how far it is, with a step of its own for each, also where the model numbers them alike', () => {
    const shown = planOf(status('working', [step('completed'), step('in_progress'), step('pending')]));
    expect(shown?.title).toBe('Plan · 1 of 3 done');
    expect(shown?.tasks).toMatchObject([
      { task_id: '1', status: 'complete' },
      { task_id: '2', status: 'in_progress' },
      { task_id: '3', status: 'pending' },
    ]);
  });

  test.each([
    ['needs_approval', 'in_progress'],
    ['waiting_for_job', 'in_progress'],
    ['failed', 'error'],
    ['stopped', 'pending'],
    ['done', 'pending'],
  ] as const)('of work that is %s has its last step as %s', (phase, expected) => {
    expect(planOf(status(phase, [step('in_progress')]))?.tasks).toMatchObject([{ status: expected }]);
  });

  test('of more steps than are shown says how many are left', () => {
    const steps = Array.from({ length: 30 }, (_, i) => step('pending', `${i}`));
    const body = blocksOf(status('working', steps));
    expect(planOf(status('working', steps))?.tasks).toHaveLength(20);
    expect(JSON.stringify(body.blocks)).toContain('… and 10 more');
  });

  test('is words where a workspace has no such block, and none where there is no plan', () => {
    const plain = plainText(blocksOf(status('working', [step('completed'), step('in_progress')])));
    expect(plain).toContain('Plan · 1 of 2 done\n☑ completed');
    expect(plain).toContain('\n▶ in_progress');
    expect(plain).not.toContain('<!here>');
    expect(planOf(status('working', []))).toBeUndefined();
  });
});

describe('text', () => {
  const names = {
    person: async (id: string) => (id === 'U0GRACE' ? 'Grace' : id),
    channel: async (id: string) => (id === 'C0ML' ? 'ml' : id),
    group: async (id: string) => (id === 'S0LEADS' ? 'leads' : id),
  };
  test.each([
    ['<@UBOT> hello', 'hello'],
    ['ask <@U0GRACE> about <#C123|ml>', 'ask @Grace about #ml'],
    ['a &lt; b &amp;&amp; c', 'a < b && c'],
    [
      'see <https://hf.co/x|the model> and <https://hf.co/y>',
      'see the model (https://hf.co/x) and https://hf.co/y',
    ],
    ['<https://hf.co|hf.co>', 'https://hf.co'],
    ['run <http://train.py|train.py> of <http://hf.co|hf.co>', 'run train.py of hf.co'],
    ['write to <mailto:ada@x.org|ada@x.org>', 'write to ada@x.org'],
    ['<#C0ML> and <#C0OPS|> and <!subteam^S0LEADS>', '#ml and #C0OPS and @leads'],
    ['<ftp://x.org/a|the file> &amp;lt;', 'the file (ftp://x.org/a) &lt;'],
    ['&lt;@U0GRACE&gt;', '<@U0GRACE>'],
  ])('%s is read as %s', async (text, expected) => {
    expect(await readable(text, 'UBOT', names)).toBe(expected);
  });

  test.each([
    ['@channel', '@\u200bchannel'],
    ['tag it `@channel`, not @here', 'tag it `@channel`, not @\u200bhere'],
    ['```\n@everyone\n``` @everyone', '```\n@everyone\n``` @\u200beveryone'],
    ['one ` alone @channel', 'one ` alone @\u200bchannel'],
    ['\\`@channel`', '\\`@\u200bchannel`'],
  ])('of a field that is %j calls nobody, and its code is left as it is', (given, expected) => {
    expect(plain(given)).toBe(expected);
  });

  test('words that only look like a broadcast stay readable', () => {
    expect(harmless('mail me@example.org, <!DOCTYPE html>').replaceAll('\u200b', '')).toBe(
      'mail me@example.org, <!DOCTYPE html>',
    );
  });
});

describe('code that mrkdwn can’t hold', () => {
  const words = (text: string, style?: object) => ({ type: 'text', text, ...(style ? { style } : {}) });
  const richOf = (...elements: object[]) => [{ type: 'rich_text', elements }];
  const run = (...elements: object[]) => richOf({ type: 'rich_text_section', elements });

  test.each([
    [
      'run `` `x` `` **now**',
      run(words('run '), words('`x`', { code: true }), words(' '), words('now', { bold: true }), words('\n')),
    ],
    [
      '- see [a](https://c.d/)\n\n````md\n```py\nx < 1\n```\n````',
      richOf(
        {
          type: 'rich_text_section',
          elements: [words('• '), words('see '), { type: 'link', url: 'https://c.d/', text: 'a' }],
        },
        { type: 'rich_text_preformatted', elements: [words('```py\nx < 1\n```')] },
      ),
    ],
    ['> ``a`b``', richOf({ type: 'rich_text_quote', elements: [words('a`b', { code: true }), words('\n')] })],
    ['`x` and\n```\ny\n```', [section('`x` and\n\n```\ny\n```')]],
  ])('is rich text in a Home tab: %j', (markdown, blocks) => {
    expect(markdownBlocks(markdown)).toEqual(blocks);
    expect(parseHome({ type: 'home', blocks })).toEqual(blocks);
  });

  test('is to the letter on a card, and where it is told in words', () => {
    const script = 'print("x")\n```py\nx < 1\n``` # @channel';
    const printed = codeBlocks(script, 500, section);
    expect(printed).toEqual(richOf({ type: 'rich_text_preformatted', elements: [words(script)] }));
    expect(refusalOf('x', printed)).toBeUndefined();
    expect(plainText({ text: '', blocks: printed })).toBe(
      `\`\`\`\`\n${script.replace('<', '&lt;')}\n\`\`\`\``,
    );
    expect(codeBlocks('a < b', 500, section)).toEqual([section('```\na &lt; b\n```')]);
  });

  test('is rich text in a notice that calls somebody', () => {
    const body = { kind: 'notice' as const, text: 'run `` `x` ``', mentions: ['U0ADA'] };
    const [outgoing] = inBlocks(
      { key: 'k', exchange: 1, body },
      1,
      { channel: 'C0ML' },
      { isStreamed: false, asksFeedback: false },
    );
    expect(outgoing?.kind === 'message' ? outgoing.body.blocks : []).toEqual([
      section('<@U0ADA>'),
      ...run(words('run '), words('`x`', { code: true }), words('\n')),
    ]);
  });
});
