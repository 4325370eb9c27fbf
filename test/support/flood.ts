import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { bodyOf, listen } from '../doubles/http.ts';

/** Bytes that a test may be sent before whoever reads them has to have given up. */
const MOST = 600_000_000;

/** A server that answers everything as `answer` does, and counts what it could get rid of. */
export async function serverWith(answer: (response: ServerResponse, path: string, body: string) => unknown) {
  const listening = await listen(async (request, response) => {
    await answer(response, request.url ?? '', await bodyOf(request));
  });
  onTestFinished(() => listening.close());
  return listening.url;
}

/**
 * Writes a piece again and again, as fast as it is taken, until the other side closes the connection. False
 * where that was not done before a lot was sent.
 */
export async function pour(response: ServerResponse, piece: string, begin = ''): Promise<boolean> {
  const chunk = Buffer.from(piece.repeat(Math.ceil(64_000 / piece.length)));
  response.write(begin);
  for (let sent = 0; sent < MOST && !response.destroyed; sent += chunk.length) {
    if (response.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        response.off('drain', goOn).off('close', goOn);
        resolve();
      };
      response.on('drain', goOn).on('close', goOn);
    });
  }
  response.end();
  return response.destroyed;
}

/** So many megabytes of one character, as gzip has them: a thousandth of that. */
export const bomb = (megabytes: number, character = ' '): Buffer =>
  gzipSync(Buffer.alloc(megabytes * 1_000_000, character));
