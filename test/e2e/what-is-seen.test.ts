import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import { BOT } from '../doubles/slack/workspace.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const told = () => world.model.requests.map(lastText);
const MENTION = `<@${BOT.user_id}>`;

/** What only some app has written: no words, and what is attached. */
const alert = (text: string) => ({
  user: 'UALERTS',
  bot_id: 'BALERTS',
  extra: { subtype: 'bot_message', username: 'Alerts', user: null },
  attachments: [{ id: 1, fallback: 'an alert', title: 'GPU is hot', text }],
});

const table = (words: string) => ({
  type: 'table',
  rows: [
    [
      { type: 'raw_text', text: 'run' },
      { type: 'raw_text', text: 'loss' },
    ],
    [
      { type: 'raw_text', text: words },
      { type: 'raw_text', text: '0.31' },
    ],
  ],
});

const mentionBlock = {
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'user', user_id: BOT.user_id },
        { type: 'text', text: ' which is best?' },
      ],
    },
  ],
};

/** A message that somebody forwards, as it stands below their words. */
const forwarded = (text: string) => ({
  id: 1,
  is_share: true,
  is_msg_unfurl: true,
  author_id: 'U0GRACE',
  author_subname: 'Grace',
  channel_name: 'ops',
  text,
  message_blocks: [{ team: BOT.team_id, channel: 'C0OPS', ts: '1.000001', message: { blocks: [] } }],
});

describe('what people see of a message in Slack is read', () => {
  test('of one that forwards another, with words and without', async () => {
    await begin(echo);
    const asked = world.slack.write('C0ML', { text: MENTION, attachments: [forwarded('the loss is NaN')] });
    await world.reply(asked, 'heard: [Ada] Look at this.');
    expect(told()[0]).toContain('A message of Grace in #ops that is shared here');
    expect(told()[0]).toContain('the loss is NaN');
    world.slack.write('C0ML', { text: 'status', attachments: [forwarded('another one')] }, asked.ts);
    await world.reply(asked, 'Requests: ');
  });

  test('of one with a table that was pasted', async () => {
    await begin(echo);
    const blocks = [mentionBlock, table('warm-up')];
    const asked = world.slack.write('C0ML', { text: `${MENTION} which is best?`, blocks });
    await world.reply(asked, 'heard: [Ada] which is best?');
    expect(told()[0]).toContain('| warm-up | 0.31 |');
  });

  test('of one whose text is empty', async () => {
    await begin(echo);
    const direct = world.slack.write('D0ADA', { text: '', blocks: [mentionBlock] });
    await world.reply(direct, 'heard: [Ada] which is best?');
  });

  test('in the thread before the bot is called, and where it is linked or pointed at', async () => {
    await begin(echo);
    const first = world.slack.write('C0ML', alert('node 3 has 97 degrees'));
    world.slack.write('C0ML', { user: 'U0GRACE', files: [{ id: 'F1', subtype: 'slack_audio' }] }, first.ts);
    const link = `<https://double.slack.com/archives/C0ML/p${first.ts.replace('.', '')}>`;
    const asked = world.slack.mention('U0ADA', 'C0ML', `what is it? ${link}`, first.ts);
    await world.reply(asked, 'heard: [Ada] what is it?');
    expect(told()[0]?.match(/node 3 has 97 degrees/g)).toHaveLength(2);
    expect(told()[0]).toContain('[Alerts] GPU is hot');
    expect(told()[0]).toContain('[Grace] [a voice message, which I can’t read]');
    const other = world.slack.write('C0ML', alert('node 4 is down'));
    world.slack.useShortcut('U0ADA', other, 'ask_about_message');
    await world.slack.submit('U0ADA', 'why?');
    await world.reply(other, 'heard: [Ada] why?');
    expect(told().at(-1)).toContain('node 4 is down');
  });

  test('of a file of another workspace, which comes with its id alone', async () => {
    await begin(echo);
    const file = world.slack.uploads.begin('shared.csv');
    Object.assign(file, { bytes: Buffer.from('a,b\n1,2\n'), isShared: true });
    const stub = ({ id }: { id: string }) => [{ id, mode: 'file_access', file_access: 'check_file_info' }];
    const [earlier, inner] = ['earlier.png', 'inner.pdf'].map((name) => world.slack.uploads.begin(name));
    if (earlier === undefined || inner === undefined) throw new Error('no files');
    const first = world.slack.write('C0ML', { user: 'U0GRACE', files: stub(earlier) });
    const asked = world.slack.write(
      'C0ML',
      {
        text: `${MENTION} look`,
        files: stub(file),
        attachments: [{ ...forwarded('see it'), files: stub(inner) }],
      },
      first.ts,
    );
    await world.reply(asked, 'heard: [Ada] look');
    expect(told()[0]).toContain('attachments/shared.csv');
    expect(told()[0]).toMatch(/\[Grace\] \[a \w+, earlier\.png, which I can’t read\]/);
    expect(told()[0]).toMatch(/\[a \w+, inner\.pdf, which I can’t read\]/);
  });

  test('as far as it can be: what can’t be read is named', async () => {
    await begin(echo);
    const files = [
      { id: 'F0AWAY', file_access: 'check_file_info' },
      { id: 'F0VOICE', subtype: 'slack_audio', name: 'audio_message.m4a', mimetype: 'audio/mp4' },
    ];
    const asked = world.slack.write('C0ML', { text: MENTION, files });
    await world.reply(asked, 'heard: [Ada] Look at this.');
    expect(told()[0]).toContain('[a voice message, which I can’t read]');
    expect(told()[0]).toContain('[a file, which I can’t read]');
    await until('who sent it is told', () =>
      world.slack.ephemerals.some(({ text }) => text.includes('belongs to another workspace')),
    );
  });
});
