import { describe, expect, test } from 'vitest';
import { inBlocks } from '../../adapters/slack/blocks.ts';
import { view } from '../../src/thread/view/view.ts';
import type { ViewBody } from '../../src/thread/view/view-message.ts';
import { STATES } from '../gallery/states.ts';

const OPTIONS = { isStreamed: false, asksFeedback: true };

/** What notifications of a message say, and screen readers read. */
const textsOf = (body: ViewBody): string[] =>
  inBlocks({ key: 'k', exchange: 1, body }, 1, { channel: 'C0ML' }, OPTIONS).flatMap((outgoing) =>
    outgoing.kind === 'message' ? [String(outgoing.body.text).replaceAll('\u200b', '')] : [],
  );

const answer = (text: string): ViewBody => ({ kind: 'answer', text, isDraft: false, id: 1, isEnd: true });
const notice = (text: string, mentions: string[] = []): ViewBody => ({ kind: 'notice', text, mentions });

describe('a notification', () => {
  test.each([
    ['2\\*\\*10 and max\\_length', '2**10 and max_length'],
    ['`\\d+\\.\\d+` matches 1\\.5', '\\d+\\.\\d+ matches 1.5'],
    ['It reaches **92.8 %**, see [the model](https://hf.co/a/b).', 'It reaches 92.8 %, see the model.'],
    ['# Done\n\n- one\n- two', 'Done\none\ntwo'],
    ['| model | accuracy |\n| --- | --- |\n| ours | **0.93** |', 'model, accuracy\nours, 0.93'],
    ['```python\nprint(1)\n```', 'print(1)'],
    [
      'Add some at <https://huggingface.co/settings/billing>.',
      'Add some at https://huggingface.co/settings/billing.',
    ],
    ['a < b && c', 'a &lt; b &amp;&amp; c'],
    ['C:\\dir and one ` alone', 'C:\\dir and one ` alone'],
  ])('says %j in words', (markdown, seen) => {
    expect(textsOf(answer(markdown))).toEqual([seen]);
    expect(textsOf(notice(markdown))).toEqual([seen]);
    expect(textsOf(notice(markdown, ['U0ADA']))).toEqual([`<@U0ADA> ${seen}`]);
  });

  test('of what is still being written has no cursor', () => {
    const draft: ViewBody = { kind: 'answer', text: 'It is', isDraft: true, askedBy: 'U0ADA', plan: [] };
    expect(textsOf(draft)).toEqual(['It is']);
  });

  test('of no kind of message is marked, but for whom it calls', () => {
    const said = STATES.flatMap(({ snapshot }) => view(snapshot).flatMap(({ body }) => textsOf(body)));
    expect(said.length).toBeGreaterThan(35);
    const words = said.map((text) => text.replace(/<@U\w+>/g, '@'));
    expect(words.filter((text) => /[*`|]|<(?!date)|\]\(|\b_\w/.test(text))).toEqual([]);
  });
});
