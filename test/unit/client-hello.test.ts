import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { readClientHello } from '../../src/sandbox/client-hello.ts';
import { clientHello } from '../support/client-hello.ts';

let hello: Buffer;
let nameless: Buffer;
beforeAll(async () => {
  hello = await clientHello({ servername: 'files.example.com' });
  nameless = await clientHello({});
});

/** The same message in several records. */
function inRecords(bytes: Buffer, size: number): Buffer {
  const message = bytes.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
  }
  return Buffer.concat(records);
}

const named = { kind: 'hello', serverName: 'files.example.com' };

test('the host that a client names is read, also of older clients and from many records', async () => {
  expect(readClientHello(hello)).toEqual(named);
  expect(
    readClientHello(await clientHello({ servername: 'files.example.com', maxVersion: 'TLSv1.2' })),
  ).toEqual(named);
  for (const size of [1, 2, 3, 100, hello.length - 6]) {
    expect(readClientHello(inRecords(hello, size))).toEqual(named);
  }
});

test('what follows the message is not looked at', () => {
  expect(readClientHello(Buffer.concat([hello, Buffer.from('GET / HTTP/1.1')]))).toEqual(named);
  expect(readClientHello(Buffer.concat([hello, nameless]))).toEqual(named);
  expect(readClientHello(Buffer.concat([hello, Buffer.from('1703030001', 'hex')]))).toEqual(named);
});

test('that a client names none is told', () => {
  expect(readClientHello(nameless)).toEqual({ kind: 'hello', serverName: undefined });
});

test('every beginning of it is one, and nothing more', () => {
  for (const bytes of [hello, inRecords(hello, 7)]) {
    const beginnings = Array.from(bytes, (_byte, length) => readClientHello(bytes.subarray(0, length)).kind);
    expect(new Set(beginnings)).toEqual(new Set(['incomplete']));
  }
});

const withName = (name: Buffer) => {
  const at = hello.indexOf('files.example.com');
  return Buffer.concat([hello.subarray(0, at), name, hello.subarray(at + name.length)]);
};

test.each([
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: files.example.com\r\n\r\n')],
  ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
  ['the hello of SSL 2', Buffer.from('802e0100020015000000100700c0', 'hex')],
  ['an alert', Buffer.from('15030100020228', 'hex')],
  ['an empty record', Buffer.from('1603010000', 'hex')],
  ['a record that is too large', Buffer.from('160301ffff01', 'hex')],
  ['another handshake message', Buffer.from('160301000402000000', 'hex')],
  ['a message that is too large', Buffer.from('160301000401ffffff', 'hex')],
])('%s is none', (_what, bytes) => expect(readClientHello(bytes)).toEqual({ kind: 'other' }));

test('a hello with two names is none: a server may go by the other', () => {
  const at = hello.indexOf('files.example.com') - 9; // where the extension begins
  const length = 9 + 'files.example.com'.length;
  const extension = hello.subarray(at, at + length);
  expect([...extension.subarray(0, 2)]).toEqual([0, 0]);
  const twice = Buffer.concat([hello.subarray(0, at), extension, extension, hello.subarray(at + length)]);
  const session = 43;
  const ciphers = session + 1 + (hello[session] ?? 0);
  const extensions = ciphers + 2 + hello.readUInt16BE(ciphers) + 2; // there is one compression
  expect(hello.readUInt16BE(extensions)).toBe(hello.length - extensions - 2);
  for (const [field, bytes] of [
    [3, 2],
    [6, 3],
    [extensions, 2],
  ] as const) {
    twice.writeUIntBE(hello.readUIntBE(field, bytes) + length, field, bytes);
  }
  expect(readClientHello(twice)).toEqual({ kind: 'other' });
});

test('a name may have any bytes, and is told as it is', () => {
  expect(readClientHello(withName(Buffer.from('files\0example.com')))).toEqual({
    kind: 'hello',
    serverName: 'files\0example.com',
  });
});

test('whatever is changed in it, it is read or refused, never thrown at', () => {
  const edit = fc.tuple(fc.nat(hello.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), fc.nat(hello.length), (edits, length) => {
      const changed = Buffer.from(hello);
      for (const [at, byte] of edits) changed[at] = byte;
      expect(['incomplete', 'hello', 'other']).toContain(readClientHello(changed.subarray(0, length)).kind);
    }),
    { numRuns: 5_000 },
  );
});
