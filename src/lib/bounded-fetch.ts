import { type BodyBound, type BodyForm, BodyMeter, Passed } from './body-meter.ts';
import { JSON_DEPTH } from './json.ts';
import { LineCutter } from './line-cutter.ts';

/** An answer was not read to its end, because it is more than what is taken. The connection is closed. */
export class TooLarge extends Error {
  constructor(host: string, what: string) {
    super(`${host} sent ${what}; ask for a smaller part`);
    this.name = 'TooLarge';
  }
}

/** Takes a body as it comes, and gives back what is to be read of it; `end` gives what it still holds. */
type Cutter = { add(chunk: Uint8Array): readonly Uint8Array[]; end(): Uint8Array };

type Options = Partial<BodyBound> & {
  /** Cuts longer lines of a stream of events (`lib/line-cutter.ts`), which would be too large otherwise. */
  lineBytes?: number;
  /** Makes pieces of a body smaller that would be too large; throws Passed where it can't. */
  cutting?: (form: BodyForm) => Cutter | undefined;
  /** Told of what was too large, besides the one who reads. */
  told?: (error: TooLarge) => void;
};

/**
 * Most answers of an API have some kilobytes. 16 MB of text are read in a moment, and so is JSON with that
 * many values.
 */
const DEFAULT: BodyBound = { bytes: 16_000_000, values: 200_000, depth: JSON_DEPTH };

/** Nobody reads more of what is said with a refusal. */
const REFUSAL_BYTES = 64_000;

/**
 * The one way to ask others over HTTP, besides the fetcher of pages (`web/fetcher.ts`): a fetch whose answers
 * are counted while they stream, as they are once decoded. Reading one that is larger than its bound throws
 * TooLarge. What is said with a refusal is cut instead, so that the refusal itself is told. `send` makes the
 * requests, by default Node's own fetch.
 */
export function boundedFetch(options: Options = {}, send: typeof fetch = nodesFetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    const host = URL.parse(input instanceof Request ? input.url : String(input))?.host ?? 'it';
    return bounded(response, host, options);
  };
}

/** Looked up when it is called: a proxy of the process may have replaced it by then. */
const nodesFetch: typeof fetch = (input, init) => fetch(input, init);

function bounded(response: Response, host: string, options: Options): Response {
  if (response.body === null) return response;
  const type = response.headers.get('content-type') ?? '';
  const stream = response.ok ? measured(response, host, type, options) : shortened(response, type);
  const { status, statusText, headers, url, redirected } = response;
  const copy = new Response(stream, { status, statusText, headers });
  return Object.defineProperties(copy, { url: { value: url }, redirected: { value: redirected } });
}

function formOf(type: string): BodyForm {
  if (/^text\/event-stream\b/i.test(type)) return 'events';
  if (/\bx-ndjson\b/i.test(type)) return 'lines';
  return /\bjson\b/i.test(type) ? 'json' : 'bytes';
}

/**
 * The body as it comes. It is read when it is asked for, and the response is held until then: Node cancels
 * what nobody holds.
 */
function measured(response: Response, host: string, type: string, options: Options): ReadableStream {
  const { told = () => {}, lineBytes, cutting, ...bounds } = options;
  const bound = { ...DEFAULT, ...bounds };
  const form = formOf(type);
  const meter = new BodyMeter(form, bound);
  const cutter = lineBytes === undefined || form !== 'events' ? undefined : new LineCutter(lineBytes);
  const shortening = cutting?.(form);
  return streamOf(response, async (reader, controller) => {
    function giveUp(passed: keyof BodyBound): never {
      const error = new TooLarge(host, textOf(passed, form, bound));
      reader.cancel(error).catch(() => {}); // it was closed by the other side
      told(error);
      throw error;
    }
    const { done, value = new Uint8Array() } = await reader.read();
    if (done && shortening === undefined) return controller.close();
    const kept = shortening ? cutPart(shortening, value, done) : (cutter?.add(value) ?? value);
    if (kept instanceof Passed) return giveUp(kept.what);
    const passed = meter.add(kept);
    if (passed !== undefined) giveUp(passed);
    controller.enqueue(kept);
    if (done) controller.close();
  });
}

function cutPart(cutter: Cutter, value: Uint8Array, isEnd: boolean): Uint8Array | Passed {
  try {
    return isEnd ? cutter.end() : Buffer.concat(cutter.add(value));
  } catch (error) {
    if (error instanceof Passed) return error;
    throw error;
  }
}

function textOf(passed: keyof BodyBound, form: BodyForm, bound: BodyBound): string {
  const piece = { bytes: '', json: '', events: 'one event of ', lines: 'one line of ' }[form];
  if (passed === 'values') return `${piece}JSON with more than ${bound.values.toLocaleString('en')} values`;
  if (passed === 'depth') return `${piece}JSON that is nested deeper than ${bound.depth} levels`;
  if (passed === 'streamBytes') return `more than ${sizeOf(bound.streamBytes ?? 0)} without an end`;
  return `${piece}more than ${sizeOf(bound.bytes)}`;
}

const sizeOf = (bytes: number): string =>
  bytes >= 1_000_000 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e3)} kB`;

/** What is said with a refusal, or that it is too long to be told. */
function shortened(response: Response, type: string): ReadableStream {
  const chunks: Uint8Array[] = [];
  return streamOf(response, async (reader, controller) => {
    for (let size = 0; size <= REFUSAL_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) {
        for (const chunk of chunks) controller.enqueue(chunk);
        return controller.close();
      }
      chunks.push(value);
      size += value.byteLength;
    }
    reader.cancel().catch(() => {}); // it was closed by the other side
    const said = `what was said with it is longer than ${sizeOf(REFUSAL_BYTES)}`;
    const text = formOf(type) === 'json' ? JSON.stringify({ error: said, message: said }) : said;
    controller.enqueue(new TextEncoder().encode(text));
    controller.close();
  });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

function streamOf(
  { body }: Response,
  pull: (reader: Reader, controller: ReadableStreamDefaultController<Uint8Array>) => Promise<void>,
): ReadableStream {
  if (body === null) throw new Error('there is no body to read');
  let reader: Reader | undefined;
  const opened = () => {
    reader ??= body.getReader();
    return reader;
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => pull(opened(), controller),
      cancel: (reason) => opened().cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
