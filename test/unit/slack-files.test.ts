import { expect, test } from 'vitest';
import { offeredIn } from '../../adapters/slack/files.ts';
import { SharedFile } from '../../adapters/slack/payloads.ts';

test('a file of Slack is read no further than it may be large, whatever its size is said to be', async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent++;
      controller.enqueue(new Uint8Array(4));
    },
  });
  const url = 'https://files.slack.com/a.csv';
  const file = SharedFile.parse({ id: 'F1', name: 'a.csv', size: 4, url_private_download: url });
  const offered = offeredIn('1.0', file, async () => new Response(endless));
  await expect(offered.download(10, 'too large')).rejects.toThrow('too large');
  expect(sent).toBeLessThan(8);
});
