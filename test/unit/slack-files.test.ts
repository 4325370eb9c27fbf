import { expect, test } from 'vitest';
import { offeredIn } from '../../adapters/slack/files.ts';
import { changeOf } from '../../adapters/slack/inbound.ts';
import { SharedFile, SharedFiles } from '../../adapters/slack/payloads.ts';

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

test('an edit that nobody has taken in is noted without what stands in its files', () => {
  const files = SharedFiles.parse([
    {
      id: 'F1',
      name: 'a.txt',
      preview: 'PASSWORD=hunter2',
      transcription: { preview: { content: 'it is hunter2' } },
    },
  ]);
  const { change } = changeOf({ text: 'look', files }, '1.0');
  expect(change).toMatchObject({ at: '1.0', text: 'look', files: [{ id: 'F1', name: 'a.txt' }] });
  expect(JSON.stringify(change)).not.toContain('hunter2');
});
