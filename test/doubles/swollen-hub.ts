import type { ServerResponse } from 'node:http';
import { isMainThread, parentPort } from 'node:worker_threads';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { bodyOf, listen } from './http.ts';
import { HubDouble } from './hub/server.ts';

/*
 * The Hub, and what is read beside it, as somebody answers who wants to keep the bot busy: in front of the
 * double stands a proxy that makes as much of its answers as is taken. It runs in a thread of its own, so
 * that its work is not counted as the bot's.
 */

/** How answers are made larger. */
export const SWELLINGS = {
  /** Lists have as many entries as fit. */
  lists: (body: string) => swollenJson(body, repeated),
  /** Words, that is texts with a blank in them or an upper-case letter, are as long as fits. */
  words: (body: string) => swollenJson(body, lengthened(/\s|^[A-Z][a-z]/)),
  /** So is every text. */
  texts: (body: string) => swollenJson(body, lengthened(/./)),
  /** Something is nested without end, in all objects. */
  depth: (body: string) => swollenJson(body, deepened),
  /** It is no answer at all, but what patterns take long over. */
  noise: () => noise(MOST_BYTES),
  /** It is one line of brackets. */
  brackets: () => '['.repeat(MOST_BYTES),
} as const;
export type Swelling = keyof typeof SWELLINGS;

const MOST_BYTES = 11_000_000;
const MOST_VALUES = 190_000;
const DEPTH = 50_000;

type Swell = (value: unknown, size: number) => unknown;

/** An answer of JSON, larger; anything else again and again, as lines and then as one line. */
function swollenJson(body: string, swell: Swell): string {
  try {
    return JSON.stringify(swell(JSON.parse(body), body.length)) ?? body;
  } catch {
    const half = body.repeat(Math.ceil(MOST_BYTES / 2 / Math.max(1, body.length)));
    return half + half.replaceAll('\n', ' ');
  }
}

const repeated: Swell = (value) => {
  const isTooMuch = (times: number) => {
    const { values, bytes } = weightOf(value, times);
    return values > MOST_VALUES || bytes > MOST_BYTES;
  };
  let times = MOST_VALUES;
  while (times > 1 && isTooMuch(times)) times = Math.ceil(times * 0.8);
  return mapped(value, { list: (list) => Array.from({ length: times }, () => list).flat() });
};

type Weight = { values: number; bytes: number };

/** What an answer has, in values and in bytes, where each of its lists is there so many times. */
function weightOf(value: unknown, times: number): Weight {
  if (typeof value !== 'object' || value === null)
    return { values: 1, bytes: JSON.stringify(value)?.length ?? 0 };
  const parts = Object.values(value).map((item) => weightOf(item, times));
  const factor = Array.isArray(value) ? times : 1;
  const sum = (of: keyof Weight) => parts.reduce((all, part) => all + part[of], 0) * factor;
  const names = Array.isArray(value) ? 0 : JSON.stringify(Object.keys(value)).length;
  return { values: sum('values') + 1, bytes: sum('bytes') + names + 2 };
}

const lengthened =
  (which: RegExp): Swell =>
  (value) => {
    let texts = 0;
    const count = (text: string) => {
      if (which.test(text)) texts++;
      return text;
    };
    mapped(value, { text: count });
    const filling = noise(Math.floor(MOST_BYTES / Math.max(1, texts)));
    return mapped(value, { text: (text) => (which.test(text) ? text + filling : text) });
  };

const deepened: Swell = (value) => {
  // A text stands for it: JSON.stringify can't go so deep.
  return mapped(value, { object: (object) => ({ ...object, type: DEEP, extra: DEEP }) });
};
const DEEP = '<deep>';

type Change = {
  text?: (text: string) => string;
  list?: (list: unknown[]) => unknown[];
  object?: (object: object) => object;
};

function mapped(value: unknown, change: Change): unknown {
  const { text = (same) => same, list = (same) => same, object = (same) => same } = change;
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return list(value.map((item) => mapped(item, change)));
  return object(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapped(item, change)])));
}

/** Texts that looking for secrets takes long over, one after the other. */
function noise(size: number): string {
  const each = Math.max(40, Math.floor(size / HOSTILE_TEXTS.length));
  return HOSTILE_TEXTS.map(([, make]) => make(each))
    .join(' ')
    .slice(0, size);
}

const deep = (body: string): string =>
  body.replaceAll(`"${DEEP}"`, `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`);

/** Headers of the double that still hold for what is larger. */
function headersOf(response: Response): Record<string, string> {
  const headers = Object.fromEntries(response.headers);
  for (const name of ['content-length', 'transfer-encoding', 'connection', 'content-encoding'])
    delete headers[name];
  return headers;
}

async function serve(): Promise<void> {
  const hub = await HubDouble.start();
  hub.course = () => ({ queueMs: 0, runMs: 600_000, lines: ['step 1 loss 0.5', 'step 2 loss 0.25'] });
  const tiny = hub.repos.add('model', 'ada/tiny', { 'README.md': '# Tiny\nIt is a model.', 'a.txt': 'x' });
  tiny.pulls.push({ title: 'A change', status: 'open', comments: [{ author: 'ada', text: 'Look at it' }] });
  hub.repos.add('dataset', 'ada/rows', { 'train.csv': 'a,b\n1,2\n', 'README.md': '# Rows' });
  hub.repos.add('model', 'ada/cited').tags.push('arxiv:2305.18290');
  let swelling: Swelling | undefined;
  const front = await listen(async (request, response) => {
    const body = await bodyOf(request);
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const answer = await fetch(new URL(request.url ?? '/', hub.url), {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body === '' ? {} : { body }),
      redirect: 'manual',
    });
    response.writeHead(answer.status, headersOf(answer));
    if (/event-stream/.test(answer.headers.get('content-type') ?? ''))
      return events(answer, response, swelling);
    const text = await answer.text();
    response.end(swelling === undefined ? text : deep(SWELLINGS[swelling](text)));
  });
  const take = async (asked: Swelling | 'end' | undefined) => {
    if (asked === 'end') await Promise.all([front.close(), hub.close()]);
    else swelling = asked;
    parentPort?.postMessage('done');
  };
  parentPort?.on('message', (asked: Swelling | 'end' | undefined) => void take(asked));
  parentPort?.postMessage(front.url);
}

/** A stream of events, each of which is as long as is taken. */
async function events(
  answer: Response,
  response: ServerResponse,
  swelling: Swelling | undefined,
): Promise<void> {
  if (swelling !== undefined) {
    for (let i = 0; i < 12; i++) {
      const data = { timestamp: new Date(0).toISOString(), data: noise(900_000) };
      response.write(`data: ${JSON.stringify(data)}\n\n`);
    }
    for (let i = 0; i < 100_000; i++) response.write(`data: {"data":"step ${i} loss 0.5"}\n\n`);
  }
  const reader = answer.body?.getReader();
  response.once('close', () => void reader?.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) return void response.end();
    response.write(value);
  }
}

if (!isMainThread) await serve();
