import { beforeAll, expect, test } from 'vitest';
import { nameGate } from '../../src/sandbox/name-gate.ts';
import { clientHello } from '../support/client-hello.ts';

let hello: Buffer;
beforeAll(async () => {
  hello = await clientHello({ servername: 'files.example.com' });
});

/** What comes through a gate of what is sent in pieces of a size; undefined where it is cut. */
async function through(kind: 'host' | 'service', host: string, sent: Buffer, size: number) {
  let opened = 0;
  const gate = nameGate({ kind, host }, () => void opened++);
  const passed: Buffer[] = [];
  const isCut = new Promise<boolean>((resolve) => {
    gate.on('data', (chunk) => void passed.push(chunk));
    gate.on('error', () => resolve(true)).on('end', () => resolve(false));
  });
  for (let at = 0; at < sent.length; at += size) gate.write(sent.subarray(at, at + size));
  gate.end();
  return (await isCut) ? undefined : { bytes: Buffer.concat(passed), opened };
}

test('what names the host comes through to the byte, in pieces as in one', async () => {
  const sent = Buffer.concat([hello, Buffer.from('and what follows')]);
  for (const size of [sent.length, 500, 40]) {
    expect(await through('host', 'files.example.com', sent, size)).toEqual({ bytes: sent, opened: 1 });
  }
});

test('of what has not named the host nothing comes through', async () => {
  expect(await through('host', 'files.example.com', hello.subarray(0, -1), 500)).toEqual({
    bytes: Buffer.alloc(0),
    opened: 0,
  });
  expect(await through('host', 'other.example.com', hello, 500)).toBeUndefined();
  expect(await through('host', 'files.example.com', Buffer.from('GET / HTTP/1.1'), 500)).toBeUndefined();
});

test('a message in more pieces than any client makes of it is cut', async () => {
  expect(await through('host', 'files.example.com', hello, 1)).toBeUndefined();
});

test('a message that does not end is cut', async () => {
  const endless = Buffer.concat([Buffer.from('160301400001003ffc0303', 'hex'), Buffer.alloc(40_000)]);
  const records = Buffer.concat(Array.from({ length: 2_000 }, () => Buffer.from('1603010001', 'hex')));
  expect(await through('host', 'files.example.com', endless, 1_000)).toBeUndefined();
  expect(await through('host', 'files.example.com', records, 1_000)).toBeUndefined();
});

test('a service may speak anything; where it is TLS, its name is asked for', async () => {
  const other = Buffer.from('PING\r\n');
  expect(await through('service', 'cache.example.com', other, 2)).toEqual({ bytes: other, opened: 1 });
  expect(await through('service', 'cache.example.com', hello, 500)).toBeUndefined();
  expect(await through('service', 'files.example.com', hello, 500)).toMatchObject({ bytes: hello });
});
