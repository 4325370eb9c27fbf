import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BodyMeter } from '../../src/lib/body-meter.ts';
import { boundedFetch, TooLarge } from '../../src/lib/bounded-fetch.ts';
import { bomb, pour, serverWith } from '../support/flood.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };

test('a body without an end is given up with words, and its connection closed', async () => {
  let isClosed = Promise.resolve();
  const url = await serverWith((response) => {
    isClosed = new Promise((resolve) => response.on('close', () => resolve()));
    response.writeHead(200, JSON_TYPE);
    return pour(response, ' ');
  });
  const told: string[] = [];
  const send = boundedFetch({ told: ({ message }) => told.push(message) });
  const words = `${new URL(url).host} sent more than 16 MB; ask for a smaller part`;
  await expect((await send(url)).json()).rejects.toThrow(words);
  await isClosed;
  expect(told).toEqual([words]);
});

test('what is packed counts as what it is unpacked', async () => {
  const url = await serverWith((response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' });
    response.end(bomb(20));
  });
  await expect((await boundedFetch()(url)).text()).rejects.toThrow('sent more than 16 MB');
});

test('JSON of many values is given up, and a text with as many commas is read', async () => {
  const commas = ','.repeat(300_000);
  const url = await serverWith((response, path) => {
    response.writeHead(200, JSON_TYPE);
    response.end(path === '/values' ? `[1${',1'.repeat(300_000)}]` : JSON.stringify([`\\"${commas}`]));
  });
  await expect((await boundedFetch()(`${url}/values`)).json()).rejects.toThrow(
    'sent JSON with more than 200,000 values',
  );
  expect(await (await boundedFetch()(`${url}/text`)).json()).toEqual([`\\"${commas}`]);
});

test('JSON that is nested too deeply is given up, and a text with as many brackets is read', async () => {
  const brackets = '['.repeat(1_000);
  const url = await serverWith((response, path) => {
    response.writeHead(200, JSON_TYPE);
    response.end(path === '/deep' ? brackets : JSON.stringify([brackets]));
  });
  await expect((await boundedFetch()(`${url}/deep`)).json()).rejects.toThrow(
    'sent JSON that is nested deeper than 500 levels',
  );
  expect(await (await boundedFetch()(`${url}/text`)).json()).toEqual([brackets]);
});

test('a stream of events may go on for as long as each of them is small', async () => {
  const url = await serverWith((response) => {
    response.writeHead(200, EVENTS);
    for (let i = 0; i < 40; i++) response.write(`data: ${'x'.repeat(1_000)}\ndata: y\n\n`);
    response.end();
  });
  expect((await (await boundedFetch({ bytes: 2_000 })(url)).text()).length).toBe(40 * 1_016);
  await expect((await boundedFetch({ bytes: 1_000 })(url)).text()).rejects.toThrow(
    'sent one event of more than 1 kB',
  );
  await expect((await boundedFetch({ bytes: 2_000, streamBytes: 20_000 })(url)).text()).rejects.toThrow(
    'sent more than 20 kB without an end',
  );
});

test('an event of many lines is one event, and a line of many is one line', async () => {
  const url = await serverWith((response, path) => {
    response.writeHead(200, path === '/events' ? EVENTS : { 'content-type': 'application/x-ndjson' });
    return pour(response, path === '/events' ? 'data: x\r\n' : 'x');
  });
  const send = boundedFetch({ bytes: 100_000 });
  await expect((await send(`${url}/events`)).text()).rejects.toThrow('one event of more than 100 kB');
  await expect((await send(`${url}/lines`)).text()).rejects.toThrow('one line of more than 100 kB');
});

test('a refusal is told whatever is said with it, and what is said is cut', async () => {
  const url = await serverWith((response, path) => {
    response.writeHead(404, JSON_TYPE);
    return path === '/short' ? void response.end('{"error":"gone"}') : pour(response, 'x', '{"error":"');
  });
  const long = await boundedFetch()(`${url}/long`);
  expect([long.status, await long.json()]).toMatchObject([
    404,
    { error: 'what was said with it is longer than 64 kB' },
  ]);
  expect(await (await boundedFetch()(`${url}/short`)).json()).toEqual({ error: 'gone' });
});

test('an answer is otherwise what it was', async () => {
  const url = await serverWith((response, path) => {
    if (path === '/from') response.writeHead(302, { location: '/to' }).end();
    else if (path === '/empty') response.writeHead(204).end();
    else response.writeHead(201, { 'x-kind': 'plain' }).end('some text');
  });
  const answer = await boundedFetch()(`${url}/from`);
  expect(answer).toMatchObject({ status: 201, ok: true, url: `${url}/to`, redirected: true });
  expect(answer.headers.get('x-kind')).toBe('plain');
  expect(await answer.text()).toBe('some text');
  expect((await boundedFetch()(`${url}/empty`)).status).toBe(204);
  const stop = new AbortController();
  stop.abort(new Error('nobody waits'));
  await expect(boundedFetch()(url, { signal: stop.signal })).rejects.toThrow('nobody waits');
});

test('what is too large is no failure that may pass', async () => {
  const error = new TooLarge('a.example', 'more than 16 MB');
  expect(error).not.toBeInstanceOf(TypeError);
  expect(error.name).toBe('TooLarge');
});

test('property: what is counted does not depend on where a body is cut into chunks', () => {
  const piece = fc.constantFrom(
    '{',
    '[',
    ',',
    '"',
    '\\',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    'data: ',
    'x',
    '{"a":[1,2]}',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      fc.array(fc.nat(40)),
      fc.constantFrom('json' as const, 'events' as const, 'lines' as const),
      (pieces, cuts, form) => {
        const bound = { bytes: 40, values: 6, depth: 3 };
        const bytes = Buffer.from(pieces.join(''));
        const bytewise = new BodyMeter(form, bound);
        const whole = [...bytes].map((byte) => bytewise.add(Uint8Array.of(byte))).find((what) => what);
        const meter = new BodyMeter(form, bound);
        let at = 0;
        let passed: ReturnType<BodyMeter['add']>;
        for (const cut of [...cuts, bytes.length]) {
          passed ??= meter.add(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(passed === undefined).toBe(whole === undefined);
      },
    ),
  );
});
