import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SlackDouble } from '../doubles/slack/server.ts';
import { ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';

describe('the Slack double refuses what Slack refuses', () => {
  let slack: SlackDouble;
  let client: WebClient;
  beforeEach(async () => {
    slack = await SlackDouble.start();
    client = new WebClient('xoxb-x', {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    });
  });
  afterEach(() => slack.close());

  const post = (args: Record<string, unknown>) =>
    client.apiCall('chat.postMessage', { channel: 'C0ML', ...args });
  const section = (length: number) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: 'x'.repeat(length) },
  });

  test.each([
    ['no text and no blocks', {}, 'no_text'],
    ['an unknown channel', { channel: 'C404', text: 'x' }, 'channel_not_found'],
    ['51 blocks', { text: 'x', blocks: Array.from({ length: 51 }, () => section(1)) }, 'invalid_blocks'],
    ['a section of 3,001 characters', { text: 'x', blocks: [section(3_001)] }, 'invalid_blocks'],
    ['a block of unknown type', { text: 'x', blocks: [{ type: 'carousel' }] }, 'invalid_blocks'],
    [
      'a markdown block of 12,001',
      { text: 'x', blocks: [{ type: 'markdown', text: 'x'.repeat(12_001) }] },
      'invalid_blocks',
    ],
    [
      '14,000 characters of blocks',
      { text: 'x', blocks: Array.from({ length: 5 }, () => section(2_800)) },
      'msg_blocks_too_long',
    ],
  ])('%s', async (_name, args, error) => {
    await expect(post(args)).rejects.toMatchObject({ data: { error } });
  });

  test('an edit of somebody else’s message, or of none', async () => {
    const theirs = slack.say('U0ADA', 'C0ML', 'mine');
    const edit = (ts: string) => client.chat.update({ channel: 'C0ML', ts, text: 'x' });
    await expect(edit(theirs.ts)).rejects.toMatchObject({ data: { error: 'cant_update_message' } });
    await expect(edit('1.000001')).rejects.toMatchObject({ data: { error: 'message_not_found' } });
  });

  test('more posts to a channel than one a second, with Retry-After', async () => {
    const posts = Array.from({ length: 8 }, () => post({ text: 'x' }));
    const results = await Promise.allSettled(posts);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.reason).toMatchObject({ retryAfter: 1 });
    expect(await post({ channel: 'C0OPS', text: 'another channel has its own limit' })).toMatchObject({
      ok: true,
    });
  });

  test('a wrong token', async () => {
    const stranger = new WebClient('nonsense', { slackApiUrl: slack.apiUrl });
    await expect(stranger.auth.test()).rejects.toMatchObject({ data: { error: 'invalid_auth' } });
  });
});

test.each(['slack', 'model', 'hub'])(
  'the %s double runs as a program that says where it is',
  async (name) => {
    const child = spawn(process.execPath, [join(ROOT, `test/doubles/${name}-server.ts`), '0']);
    let printed = '';
    child.stdout.on('data', (data) => {
      printed += String(data);
    });
    try {
      const url = await until('its address', () => /=(http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1]);
      expect((await fetch(url)).status).toBeLessThan(500);
    } finally {
      child.kill();
    }
  },
);
