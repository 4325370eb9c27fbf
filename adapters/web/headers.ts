import type { ServerResponse } from 'node:http';
import { PLAIN_TEXT } from '../../src/lib/http-server.ts';

/**
 * What a browser may do with the page: load scripts, styles and pictures from here and from nowhere else, run
 * none that stands in the page, make no element of a text, and be framed by nobody.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
};

/** Begins an answer, with what every answer has. */
export const head = (
  response: ServerResponse,
  status: number,
  type: string,
  more: Readonly<Record<string, string>> = {},
): ServerResponse => response.writeHead(status, { ...HEADERS, 'content-type': type, ...more });

export const sendText = (response: ServerResponse, status: number, text: string): void =>
  void head(response, status, PLAIN_TEXT).end(`${text}\n`);

export const sendJson = (response: ServerResponse, value: unknown): void =>
  void head(response, 200, 'application/json; charset=utf-8').end(JSON.stringify(value));

/** Writes a part of an answer, and waits until a browser that reads slowly has room for more. */
export async function written(response: ServerResponse, text: string): Promise<void> {
  if (response.write(text) || response.closed) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
