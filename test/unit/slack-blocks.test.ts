import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inBlocks } from '../../adapters/slack/blocks.ts';
import { harmless, readable } from '../../adapters/slack/text.ts';
import { refusalOf } from '../doubles/slack/rules.ts';
import { bodies } from '../support/hostile-views.ts';

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
        const said = JSON.stringify([text, blocks]).replace(CODE, '');
        expect(said).not.toMatch(/<!(channel|here|everyone)|@(channel|here|everyone)\b/);
      }
    }),
    { numRuns: 400 },
  );
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

  test('words that only look like a broadcast stay readable', () => {
    expect(harmless('mail me@example.org, <!DOCTYPE html>').replaceAll('\u200b', '')).toBe(
      'mail me@example.org, <!DOCTYPE html>',
    );
  });
});
