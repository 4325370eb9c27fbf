import { describe, expect, test } from 'vitest';
import { SharedFiles } from '../../adapters/slack/payloads.ts';
import { SeenMessage, slackReader } from '../../adapters/slack/reading.ts';
import { sharedFiles } from '../../adapters/slack/seen-files.ts';

/* Kinds of what people and apps post on Slack, each as Slack tells it, and what a model is told of it. */

const reader = slackReader({
  people: { name: async (id: string) => (id === 'U404' ? id : `name of ${id}`) },
  botUserId: 'UBOT',
});
const seen = (parts: object) => SeenMessage.parse({ ts: '1.000001', user: 'U1', ...parts });
const said = (parts: object) => reader.said(seen(parts));

const plain = (text: string) => ({ type: 'plain_text', text });
const words = (text: string) => ({ type: 'mrkdwn', text });
const raw = (text: string) => ({ type: 'raw_text', text });
const text = (given: string, style?: object) => ({ type: 'text', text: given, ...(style ? { style } : {}) });
const section = (...elements: object[]) => ({ type: 'rich_text_section', elements });
const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
const inLine = (...elements: object[]) => rich(section(...elements));
const option = (label: string, more = {}) => ({ text: plain(label), value: label, ...more });

describe('a block of Slack’s', () => {
  const task = {
    ...{ type: 'task_card', task_id: '1', title: 'Train', status: 'in_progress' },
    output: inLine(text('epoch 2')),
    sources: [{ type: 'url', url: 'https://s.co', text: 'log' }],
  };
  const series = [
    { name: 'train', data: [{ label: '1', value: 2.5 }] },
    { name: 'eval', data: [{ label: '2', value: 1 }] },
  ];
  const axis_config = { categories: ['1', '2'], x_label: 'epoch', y_label: 'loss' };
  const button = { type: 'button', text: plain('Open'), url: 'https://g.co/a?x=1&y=2' };

  test.each([
    [
      { type: 'data_table', caption: 'Runs', rows: [[raw('run')], [{ type: 'raw_number', value: 7 }]] },
      'Runs\n| run |\n| --- |\n| 7 |',
    ],
    [
      {
        type: 'table',
        rows: [
          [raw('a | b'), raw('c')],
          [inLine({ type: 'link', url: 'https://a.co/x|y', text: 'go | on' })],
        ],
      },
      '| a \\| b | c |\n| --- | --- |\n| go | on (https://a.co/x%7Cy) |  |',
    ],
    [
      { type: 'data_visualization', title: 'Loss', chart: { type: 'line', series, axis_config } },
      'Loss\n| epoch | train (loss) | eval (loss) |\n| --- | --- | --- |\n| 1 | 2.5 |  |\n| 2 |  | 1 |',
    ],
    [
      { type: 'data_visualization', chart: { type: 'pie', segments: [{ label: 'A&amp;B', value: 20 }] } },
      '|  | value |\n| --- | --- |\n| A&B | 20 |',
    ],
    [
      { type: 'plan', title: 'Plan', tasks: [task] },
      'Plan\nTrain (in progress)\nepoch 2\nlog (https://s.co)',
    ],
    [
      {
        type: 'carousel',
        elements: [
          { type: 'card', title: words('Run 7'), icon: { type: 'image', alt_text: 'i' }, actions: [button] },
        ],
      },
      'Run 7\n[Open (https://g.co/a?x=1&y=2)]',
    ],
    [
      {
        type: 'container',
        title: plain('Box'),
        child_blocks: [{ type: 'table', rows: [[raw('a')], [raw('1')]] }],
      },
      'Box\n| a |\n| --- |\n| 1 |',
    ],
    [{ type: 'alert', level: 'error', text: words('disk *full*') }, '[error] disk *full*'],
    [
      { type: 'call', call: { v1: { name: 'Stand-up', join_url: 'https://zoom.us/1' } } },
      '[a call, which I can’t hear: Stand-up (https://zoom.us/1)]',
    ],
    [{ type: 'file', source: 'remote', external_id: 'x' }, '[a file, which I can’t read]'],
    [{ type: 'file', file: { id: 'F1', name: 'a.pdf' } }, '[a file, a.pdf, which I can’t read]'],
    [
      {
        type: 'video',
        title: plain('V'),
        title_url: 'https://v.co',
        provider_name: 'YT',
        description: plain('d'),
      },
      '[a video, which I can’t see: V (https://v.co)]\nYT\nd',
    ],
    [
      { type: 'image', title: plain('Loss'), alt_text: 'it falls' },
      '[a picture, which I can’t see: Loss: it falls]',
    ],
    [
      { type: 'input', label: plain('Name'), element: { type: 'plain_text_input', initial_value: 'Ada' } },
      'Name\n[plain text input; chosen: Ada]',
    ],
    // Slack tells plain text escaped.
    [{ type: 'header', text: plain('R&amp;D &lt;1&gt;') }, 'R&D <1>'],
    [{ type: 'brand_new', items: [{ text: 'hi', url: 'https://x.co' }] }, 'hi (https://x.co)'],
    [{ type: 'share_shortcut' }, '[a share shortcut, which I can’t read]'],
  ])('is read as people see it: %j', async (block, expected) => {
    expect(await said({ text: '', blocks: [block] })).toBe(expected);
  });

  test.each([
    [button, '[Open (https://g.co/a?x=1&y=2)]'],
    [
      {
        type: 'static_select',
        placeholder: plain('Which?'),
        options: [option('one'), option('two')],
        initial_option: option('two'),
      },
      '[Which?: one, two; chosen: two]',
    ],
    [
      { type: 'multi_users_select', placeholder: plain('Who?'), initial_users: ['U7'] },
      '[Who?; chosen: @name of U7]',
    ],
    [{ type: 'datepicker', initial_date: '2026-11-01' }, '[datepicker; chosen: 2026-11-01]'],
    [
      {
        type: 'checkboxes',
        options: [option('a', { description: plain('first') }), option('b')],
        initial_options: [option('b')],
      },
      '[☐ a – first] [☑ b]',
    ],
    [{ type: 'radio_buttons', options: [option('a')], initial_option: option('a') }, '[☑ a]'],
    [{ type: 'feedback_buttons', positive_button: { text: plain('Good') }, negative_button: {} }, '[Good]'],
    [{ type: 'users_select' }, ''],
  ])('has what stands in it: %j', async (element, expected) => {
    expect(await said({ text: '', blocks: [{ type: 'actions', elements: [element] }] })).toBe(expected);
  });

  test('is told where it stands among others, when the text says no more than the prose', async () => {
    const table = { type: 'table', rows: [[raw('a')], [raw('1')]] };
    const blocks = [inLine(text('before', { bold: true })), table, inLine(text('after'))];
    expect(await said({ text: '*before*\nafter', blocks })).toBe('before\n| a |\n| --- |\n| 1 |\nafter');
  });

  test('is told in place of what Slack says where an app gave no text', async () => {
    const table = { type: 'table', rows: [[raw('a')], [raw('1')]] };
    expect(await said({ text: "This content can't be displayed.", blocks: [table] })).toBe(
      '| a |\n| --- |\n| 1 |',
    );
  });
});

describe('what somebody types on Slack', () => {
  test.each([
    [[{ type: 'link', url: 'tel:+4912345', text: '+49 12345' }], '+49 12345'],
    [[{ type: 'date', timestamp: 1_720_710_180, format: '{date}' }], '2024-07-11 15:03 UTC'],
    [[{ type: 'team', team_id: 'T1' }], '[a team, which I can’t read]'],
    [[{ type: 'brand_new', name: 'N & M', url: 'https://x.co' }], 'N & M (https://x.co)'],
  ])('is read as people see it: %j', async (elements, expected) => {
    expect(await said({ text: '', blocks: [inLine(...elements)] })).toBe(expected);
  });

  test('has lines below the first of an item below its words', async () => {
    const list = { type: 'rich_text_list', style: 'ordered', elements: [section(text('a\nb'))] };
    expect(await said({ text: '', blocks: [rich(list)] })).toBe('1. a\n   b');
  });

  test('has dates also where no words stand for them', async () => {
    expect(await said({ text: '<!date^1720710180^{date}^https://x.co> <!date^0^{time}|soon>' })).toBe(
      '2024-07-11 15:03 UTC soon',
    );
  });
});

describe('something attached on Slack', () => {
  const deep = (depth: number): object => ({
    ...{ is_share: true, author_name: 'A', text: `level ${depth}` },
    attachments: depth < 4 ? [deep(depth + 1)] : [],
  });

  test.each([
    [{ title: 'A &amp; B', title_link: 'https://x.co?a=1&b=2' }, 'A & B (https://x.co?a=1&b=2)'],
    [{ from_url: 'https://x.co', text: 'x' }, '[What https://x.co shows:]\n> x'],
    [
      { from_url: 'https://x.co', preview: { title: plain('Task 1') } },
      '[What https://x.co shows:]\n> Task 1',
    ],
    [
      {
        from_url: 'https://x.co',
        entity: { entity_payload: { status: { label: 'Status', value: 'open' } } },
      },
      '[What https://x.co shows:]\n> Status: open',
    ],
    [{ from_url: 'https://x.co' }, '[What https://x.co shows:]\n> [nothing that I can read]'],
    [{ from_url: 'x.co', text: 'x' }, '[What a link shows:]\n> x'],
    [{ text: 'x', footer: 'in <https://x.co|#ml> & <b>' }, 'x\nin #ml (https://x.co) & <b>'],
    [{ fallback: '[no preview available]' }, '[something attached, which I can’t read]'],
    [
      {
        actions: [
          { type: 'button', text: 'Open', url: 'https://x.co' },
          {
            type: 'select',
            name: 'Pick',
            options: [{ text: 'a' }, { text: 'b' }],
            selected_options: [{ text: 'b' }],
          },
        ],
      },
      '[Open (https://x.co)] [Pick: a, b; chosen: b]',
    ],
  ])('is read as people see it: %j', async (attachment, expected) => {
    expect(await said({ text: '', attachments: [attachment] })).toBe(expected);
  });

  test('says that there is more where messages are shared within each other without end', async () => {
    expect(await said({ text: '', attachments: [deep(0)] })).toMatch(
      /level 3\n(?:> )+\[more that is shared in it, which I don’t read\]$/,
    );
  });
});

describe('a file on Slack', () => {
  test.each([
    [{ mode: 'quip', name: 'Plan' }, '[a canvas, Plan, which I can’t read]'],
    [{ mode: 'list', title: 'Tasks' }, '[a list, Tasks, which I can’t read]'],
    [
      {
        mode: 'email',
        name: 'Quota',
        from: [{ name: 'Ann', address: 'a@b.co' }],
        plain_text: 'It is 8.',
        preview: '<p>',
      },
      '[a mail, Quota, which begins:]\nFrom: Ann <a@b.co>\nIt is 8.',
    ],
    [
      { mode: 'space', name: 'Notes', preview: '<document><p>Hi</p></document>' },
      '[a post, Notes, which begins:]\nHi',
    ],
    [
      { mode: 'external', name: 'Sheet', external_url: 'https://docs.co/1' },
      '[a file kept elsewhere, Sheet (https://docs.co/1), which I can’t read]',
    ],
    [{ mode: 'hidden_by_limit', name: 'old.csv' }, '[a file, old.csv, which is not shown any more]'],
    [
      { name: 'p.png', title: 'Run 7', alt_txt: 'it falls', mimetype: 'image/png' },
      '[a picture, p.png (Run 7, it falls), which I can’t read]',
    ],
    [
      {
        subtype: 'slack_audio',
        name: 'audio_message.m4a',
        transcription: { preview: { content: 'Try 3e-4' } },
      },
      '[a voice message, which begins:]\nTry 3e-4',
    ],
  ])('is told of as what it is: %j', async (file, expected) => {
    expect(await said({ text: '', files: [{ id: 'F1', ...file }] })).toBe(expected);
  });

  test('that came with a request says as much as one that stands in a thread', () => {
    const voice = { id: 'F1', subtype: 'slack_audio', transcription: { preview: { content: 'Try 3e-4' } } };
    expect(sharedFiles(SharedFiles.parse([voice]))[0]).toMatchObject({ begins: 'Try 3e-4' });
  });
});

test('somebody of another workspace, who can’t be looked up, has the name that the message says', async () => {
  const message = seen({ user: 'U404', user_profile: { display_name: '', real_name: 'Zed Z' }, text: 'hi' });
  expect(await reader.attributed(message)).toBe('[Zed Z] hi');
});
