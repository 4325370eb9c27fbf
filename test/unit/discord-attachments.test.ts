import type { Attachment } from 'discord.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { offered } from '../../adapters/discord/attachments.ts';

const client = { rest: { options: { api: 'https://discord.com/api' } } } as Parameters<typeof offered>[1];
const file = (url: string, size = 4) =>
  offered({ id: '1', name: 'a.csv', size, url } as Attachment, client).download(10, 'too large');

const asked = vi.fn<typeof fetch>();
beforeEach(() => {
  asked.mockReset();
  vi.stubGlobal('fetch', asked);
});
afterEach(() => vi.unstubAllGlobals());

describe('an attachment', () => {
  test.each(['https://cdn.discordapp.com/attachments/1/2/a.csv?ex=1', 'https://media.discordapp.net/a.csv'])(
    'is read where Discord keeps it: %s',
    async (url) => {
      asked.mockResolvedValue(new Response('data'));
      expect(Buffer.from(await file(url)).toString()).toBe('data');
      expect(asked).toHaveBeenCalledWith(url, expect.objectContaining({ redirect: 'error' }));
    },
  );

  test.each([
    'http://cdn.discordapp.com/a.csv',
    'https://cdn.discordapp.com.evil.example/a.csv',
    'https://cdn.discordapp.com@evil.example/a.csv',
    'https://evil.example/cdn.discordapp.com',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost:5432/',
  ])('is not asked for anywhere else: %s', async (url) => {
    await expect(file(url)).rejects.toThrow('not kept at Discord');
    expect(asked).not.toHaveBeenCalled();
  });

  test('is read no further than it may be large, whatever its size is said to be', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent++;
        controller.enqueue(new Uint8Array(4));
      },
    });
    asked.mockResolvedValue(new Response(endless));
    await expect(file('https://cdn.discordapp.com/a.csv')).rejects.toThrow('too large');
    expect(sent).toBeLessThan(8);
    await expect(file('https://cdn.discordapp.com/a.csv', 11)).rejects.toThrow('too large');
  });
});
