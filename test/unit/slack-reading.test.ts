import { describe, expect, test } from 'vitest';
import { SeenMessage, slackReader, wordsIn } from '../../adapters/slack/reading.ts';

const reader = slackReader({
  people: { name: async (id: string) => `name of ${id}` },
  botUserId: 'UBOT',
});
const seen = (parts: object) => SeenMessage.parse({ ts: '1.000001', user: 'U1', ...parts });
const section = (...elements: object[]) => ({ type: 'rich_text_section', elements });
const rich = (...elements: object[]) => [{ type: 'rich_text', elements }];
const text = (words: string) => ({ type: 'text', text: words });

describe('the words of a Slack message', () => {
  test('are its text where blocks say the same', () => {
    const blocks = rich(section({ type: 'user', user_id: 'U9' }, text(' a < b & c')));
    expect(wordsIn({ text: '<@U9> *a* &lt; b &amp; c', blocks })).toBe('<@U9> *a* &lt; b &amp; c');
  });

  test.each([
    ['no text', ''],
    ['text that says less', 'the results'],
    ['no text at all', null],
  ])('are those of blocks where there is %s', (_what, given) => {
    const list = {
      type: 'rich_text_list',
      style: 'ordered',
      elements: [section(text('warm-up')), section(text('cosine'))],
    };
    const code = { type: 'rich_text_preformatted', elements: [text('lr = 3e-4')] };
    const blocks = rich(section(text('the results <here>')), list, code);
    expect(wordsIn({ text: given, blocks })).toBe(
      'the results &lt;here&gt;\n1. warm-up\n2. cosine\n```\nlr = 3e-4\n```',
    );
  });

  test('have the rows of a table that was pasted', () => {
    const cell = (words: string) => ({ type: 'raw_text', text: words });
    const linked = { type: 'rich_text', elements: [section(text('run | 2'))] };
    const table = {
      type: 'table',
      rows: [
        [cell('run'), cell('loss')],
        [linked, cell('0.31')],
      ],
    };
    const blocks = [...rich(section(text('see'))), table];
    expect(wordsIn({ text: 'see', blocks })).toBe('see\n| run | loss |\n| --- | --- |\n| run \\| 2 | 0.31 |');
  });

  const rowsOf = (...rows: string[][]) => ({
    type: 'table',
    rows: rows.map((row) => row.map((words) => ({ type: 'raw_text', text: words }))),
  });

  test('are told with what no text of Slack’s says, also where it happens to have its words', () => {
    const table = rowsOf(['run', 'ok'], ['seven', '✅'], ['eight', '❌']);
    const said = 'run seven ok, run eight not';
    expect(wordsIn({ text: said, blocks: [...rich(section(text(said))), table] })).toBe(
      `${said}\n| run | ok |\n| --- | --- |\n| seven | ✅ |\n| eight | ❌ |`,
    );
    const mute = { type: 'button', text: { type: 'plain_text', text: 'Mute' } };
    const image = { type: 'image', alt_text: 'the loss' };
    const video = { type: 'video', title: { type: 'plain_text', text: 'the loss' } };
    const beside = { type: 'section', text: { type: 'mrkdwn', text: 'mute the loss' }, accessory: image };
    expect(
      wordsIn({
        text: 'mute the loss',
        blocks: [beside, { type: 'actions', elements: [mute] }, video, { type: 'chart', title: 'Mute' }],
      }),
    ).toBe(
      'mute the loss\n[a picture, which I can’t see: the loss]\n[Mute]\n[a video, which I can’t see: the loss]\nMute',
    );
  });

  test.each([
    ['step 4 done', 'step 4 ✅'],
    ['loss 0.3', 'loss −0.3'],
    ['loss 0.3', 'loss -0.3'],
    ['a + b', 'a − b'],
    ['A failed, B passed', 'A passed, B failed'],
    ['50 of it', '50 % of it'],
  ])('are those of blocks where the text is %j and they say %j', (given, shown) => {
    expect(wordsIn({ text: given, blocks: rich(section(text(shown))) })).toBe(shown);
  });

  test('say what is code and what is struck out, as the text does', () => {
    const struck = (words: string, style = {}) => ({ ...text(words), style: { strike: true, ...style } });
    const code = (words: string) => ({ ...text(words), style: { code: true } });
    const blocks = rich(
      section(
        text('set '),
        code('a_b'),
        text(' to '),
        code('x`y'),
        struck(' not '),
        struck('so', { bold: true }),
      ),
      { type: 'rich_text_quote', elements: [struck('gone'), text(' here')] },
      { type: 'rich_text_preformatted', language: 'md', elements: [text('```\nx\n```')] },
    );
    expect(wordsIn({ text: '', blocks })).toBe(
      'set `a_b` to ``x`y`` ~not so~\n&gt; ~gone~ here\n````md\n```\nx\n```\n````',
    );
  });

  test.each([
    [{ type: 'header', text: { type: 'plain_text', text: 'Down & out' } }, 'Down &amp; out'],
    [
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', text: '*a*' },
          { type: 'mrkdwn', text: 'b' },
        ],
      },
      '*a*\nb',
    ],
    [
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: 'by' },
          { type: 'image', alt_text: 'Ada' },
        ],
      },
      'by [a picture, which I can’t see: Ada]',
    ],
    [{ type: 'markdown', text: '**x**' }, '**x**'],
    [
      { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Mute' } }] },
      '[Mute]',
    ],
    [
      { type: 'card', title: { type: 'mrkdwn', text: 'Run 7' }, body: { type: 'mrkdwn', text: 'failed' } },
      'Run 7\nfailed',
    ],
    [{ type: 'data_visualization' }, '[a data visualization, which I can’t read]'],
    [{ type: null }, ''],
    [null, ''],
    ['odd', ''],
  ])('are those of a block like %j', (block, expected) => {
    expect(wordsIn({ text: undefined, blocks: [block] })).toBe(expected);
  });
});

describe('a quoted Slack message', () => {
  test('of an app without words is its attachments, under the name of the app', async () => {
    const alert = {
      fallback: 'fallback',
      pretext: 'Alert',
      title: 'GPU is hot',
      title_link: 'https://grafana.example/1',
      text: 'node 3',
      fields: [{ title: 'Temperature', value: '97', short: true }, null],
      footer: 'Grafana',
    };
    const message = seen({
      user: undefined,
      bot_id: 'B1',
      username: 'Grafana',
      text: '',
      attachments: [alert],
    });
    expect(await reader.quoted(message)).toBe(
      '> [Grafana] Alert\n>   GPU is hot (https://grafana.example/1)\n>   node 3\n>   Temperature: 97\n>   Grafana',
    );
    expect(
      await reader.quoted(
        seen({ user: null, bot_profile: { name: 'CI' }, attachments: [{ fallback: 'build 7 failed' }] }),
      ),
    ).toBe('> [CI] build 7 failed');
  });

  test('has what it forwards, with files and what these forward', async () => {
    const inner = { message: { blocks: rich(section(text('the loss is NaN'))) } };
    const shared = {
      is_share: true,
      is_msg_unfurl: true,
      author_id: 'U2',
      author_subname: 'Grace',
      channel_name: 'ml',
      text: 'the loss is NaN',
      message_blocks: [{ team: 'T1', channel: 'C1', ts: '1.1', ...inner }],
      files: [{ id: 'F1', name: 'loss.png', mimetype: 'image/png' }],
    };
    expect(await reader.shared({ attachments: [shared] }, [])).toBe(
      '[A message of Grace in #ml that is shared here:]\n> the loss is NaN\n> [a picture, loss.png, which I can’t read]',
    );
  });

  test.each([
    [{ attachments: [{ thumb_url: 'https://x/t.png' }] }, '[a picture, which I can’t see]'],
    [{ attachments: [{ service_name: 'YouTube' }] }, 'YouTube'],
    [
      { attachments: [{ title: 'Talk', video_html: '<iframe>', thumb_url: 'https://x/t.png' }] },
      'Talk\n>   [a video, which I can’t see]',
    ],
    [
      { attachments: [{ text: 'Ship?', actions: [{ type: 'button', text: 'Yes' }, { name: 'menu' }, 3] }] },
      'Ship?\n>   [Yes] [menu]',
    ],
    [{ attachments: [{ color: 'danger' }] }, '[something attached, which I can’t read]'],
    [{ subtype: 'huddle_thread', text: '', room: { name: '' } }, '[a huddle, which I can’t hear]'],
    [{ text: '', room: { name: 'Stand-up' } }, '[a huddle, which I can’t hear: Stand-up]'],
    [{ subtype: 'odd', text: '' }, '[nothing that I can read]'],
  ])('says by name what it can’t read: %j', async (parts, expected) => {
    expect(await reader.quoted(seen(parts))).toBe(`> [name of U1] ${expected}`);
  });

  test.each([
    [
      { id: 'F1', subtype: 'slack_audio', name: 'audio_message.m4a', mimetype: 'audio/mp4' },
      '[a voice message, which I can’t read]',
    ],
    [
      { id: 'F1', name: 'a.txt', mimetype: 'text/plain', preview: 'one' },
      '[a file, a.txt, which begins:]\n>   one',
    ],
    [{ id: 'F1', mode: 'tombstone' }, '[a file that was deleted]'],
    [{ id: 'F1', file_access: 'check_file_info' }, '[a file, which I can’t read]'],
  ])('names a file like %j', async (file, expected) => {
    expect(await reader.quoted(seen({ files: [file] }))).toBe(`> [name of U1] ${expected}`);
  });

  test.each([
    [{ text: null, blocks: null, attachments: null, files: null }],
    [{ text: 7, blocks: {}, attachments: 'x', files: [null, 3] }],
    [{ attachments: [{ fields: [{}], blocks: [{}], message_blocks: [null, { message: null }] }] }],
  ])('without what it should have is read nevertheless: %j', async (parts) => {
    expect(await reader.quoted(seen(parts))).toMatch(/^> \[name of U1\]/);
  });
});
