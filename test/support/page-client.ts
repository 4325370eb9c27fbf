import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { z } from 'zod';

const Control = z.object({ label: z.string(), name: z.string(), values: z.array(z.string()) });
const Piece = z.looseObject({
  kind: z.string(),
  buttons: z.array(Control).default([]),
  options: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
});
const Message = z.looseObject({
  id: z.string(),
  place: z.number(),
  isRemoved: z.boolean().default(false),
  isTaken: z.boolean().optional(),
  by: z.string().optional(),
  text: z.string().optional(),
  kind: z.string().optional(),
  pieces: z.array(Piece).default([]),
});
export type PageMessage = z.infer<typeof Message>;
const News = z.object({
  version: z.number(),
  isOlder: z.boolean(),
  hasMore: z.boolean(),
  threads: z.array(
    z.looseObject({ thread: z.string(), title: z.string().optional(), standing: z.string().optional() }),
  ),
  messages: z.array(Message),
});
export type News = z.infer<typeof News>;

export type Answered = { status: number; headers: IncomingHttpHeaders; text: string };

/** A browser, as far as it speaks HTTP: it keeps a cookie, says where it comes from, and follows events. */
export class PageClient {
  readonly origin: string;
  cookie = '';
  /** Every event that it was sent, in order. */
  readonly events: News[] = [];
  readonly messages = new Map<string, PageMessage>();
  readonly threads = new Map<string, News['threads'][number]>();
  lastEventId: string | undefined;
  #stream: IncomingMessage | undefined;
  readonly #elsewhere: IncomingMessage[] = [];

  constructor(port: number) {
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** Signs in with an address that was announced. */
  async enter(announced: string): Promise<void> {
    const url = new URL(/http:\S+/.exec(announced)?.[0] ?? '');
    const answer = await this.get(`${url.pathname}${url.search}`);
    const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';');
    if (answer.status !== 303 || cookie === '') throw new Error(`it is not let in: ${answer.status}`);
    this.cookie = cookie;
  }

  /** Signs in at the Hub, as whoever is there, on the way that the page's own button leads. */
  async signIn(open?: string): Promise<Answered> {
    const front = await this.get(open === undefined ? '/' : `/?open=${open}`);
    const [, link = ''] = /<a class="button primary" href="([^"]+)"/.exec(front.text) ?? [];
    const away = await this.get(link);
    this.#keep(away);
    const hub = await fetch(away.headers.location ?? '', { redirect: 'manual' });
    const back = new URL(hub.headers.get('location') ?? '');
    const done = await this.get(`${back.pathname}${back.search}`, { 'sec-fetch-site': 'cross-site' });
    this.#keep(done);
    return done;
  }

  /** Keeps the cookies of an answer, as a browser does. */
  #keep({ headers }: Answered): void {
    const jar = new Map(this.cookie.split('; ').map((one) => [one.split('=')[0] ?? '', one]));
    for (const set of headers['set-cookie'] ?? []) {
      const [one = ''] = set.split(';');
      const [name = ''] = one.split('=');
      if (set.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, one);
    }
    this.cookie = [...jar.values()].filter(Boolean).join('; ');
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answered> {
    return this.#ask('GET', path, headers);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const own = { 'content-type': 'application/json', origin: this.origin, 'sec-fetch-site': 'same-origin' };
    return this.#ask('POST', path, { ...own, ...headers }, JSON.stringify(body));
  }

  /** Does something, and gives what the page is answered. */
  async does(path: string, body: object): Promise<Record<string, unknown>> {
    const { status, text } = await this.post(path, { id: randomUUID(), ...body });
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  }

  /** Says something: what begins a thread, or is said in one. Returns the thread. */
  async say(text: string, thread?: string, files: { name: string; base64: string }[] = []): Promise<string> {
    const id = randomUUID();
    await this.does('/page/say', { id, thread: thread ?? id, text, files });
    return thread ?? id;
  }

  /** Follows a thread from now on; from the last event that it has seen where it comes back. */
  async follow(thread: string | undefined): Promise<void> {
    const query = thread === undefined ? '' : `?thread=${thread}`;
    const seen = this.lastEventId === undefined ? {} : { 'last-event-id': this.lastEventId };
    const response = await this.#open('GET', `/page/events${query}`, seen);
    if (response.statusCode !== 200) throw new Error(`the events are refused: ${response.statusCode}`);
    this.#stream = response;
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => {});
    response.on('data', (text: string) => {
      const parts = `${rest}${text}`.split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#take(part);
    });
  }

  /** Reads a thread of another platform: all events, in order. */
  async readElsewhere(session: string): Promise<Record<string, unknown>[]> {
    const response = await this.#open('GET', `/page/elsewhere/events?session=${session}`, {});
    if (response.statusCode !== 200) throw new Error(`the events are refused: ${response.statusCode}`);
    const events: Record<string, unknown>[] = [];
    this.#elsewhere.push(response);
    response.setEncoding('utf8');
    response.on('error', () => {});
    let rest = '';
    response.on('data', (text: string) => {
      const parts = `${rest}${text}`.split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        if (part.startsWith('data: ')) events.push(JSON.parse(part.slice(6)));
      }
    });
    return events;
  }

  /** The connection breaks. */
  breakOff(): void {
    for (const stream of [this.#stream, ...this.#elsewhere.splice(0)]) stream?.destroy();
    this.#stream = undefined;
  }

  /** All that the page shows now, as text. */
  shows(): string {
    return this.inOrder().map(textOf).join('\n---\n');
  }

  inOrder(): PageMessage[] {
    return [...this.messages.values()]
      .filter(({ isRemoved }) => !isRemoved)
      .sort((a, b) => a.place - b.place);
  }

  /** The newest button with a label. */
  button(label: string): z.infer<typeof Control> {
    const all = this.inOrder().flatMap(({ pieces }) => pieces.flatMap(({ buttons }) => buttons));
    const found = all.findLast((one) => one.label === label);
    if (found === undefined) throw new Error(`there is no button "${label}"; there is: ${this.shows()}`);
    return found;
  }

  press(label: string, thread: string): Promise<Record<string, unknown>> {
    const { name, values } = this.button(label);
    return this.does('/page/click', { thread, name, values });
  }

  #take(part: string): void {
    const lines = part.split('\n');
    const data = lines.find((line) => line.startsWith('data: '));
    const id = lines.find((line) => line.startsWith('id: '));
    if (data === undefined) return;
    const news = News.parse(JSON.parse(data.slice(6)));
    // What has more to follow is not all that its version has.
    if (news.hasMore !== (id === undefined)) throw new Error(`an event with the id ${id}: ${data}`);
    if (id !== undefined) this.lastEventId = id.slice(4);
    this.events.push(news);
    for (const message of news.messages) this.messages.set(message.id, message);
    for (const thread of news.threads) this.threads.set(thread.thread, thread);
  }

  async #ask(method: string, path: string, headers: Record<string, string>, body?: string) {
    const response = await this.#open(method, path, headers, body);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  /** As it is sent, with whatever `Host` it says: fetch would set that itself. */
  #open(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<IncomingMessage> {
    const sent = { ...(this.cookie ? { cookie: this.cookie } : {}), ...headers };
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${this.origin}${path}`, { method, headers: sent, agent: false }, resolve);
      request.on('error', reject);
      request.end(body);
    });
  }
}

/** All texts of a message, its buttons and menus among them. */
function textOf(message: PageMessage): string {
  const own = [message.by ?? '', message.text ?? ''];
  return [...own, ...message.pieces.map((piece) => wordsIn(piece))].filter(Boolean).join('\n');
}

const SHOWN = new Set(['v', 'text', 'label', 'value', 'name', 'alt']);

/** The words of a tree, in order. */
export function wordsIn(value: unknown, key = ''): string {
  if (typeof value === 'string') return SHOWN.has(key) ? value : '';
  if (Array.isArray(value)) {
    const isInline = key === 'c';
    return value.map((one) => wordsIn(one, key)).join(isInline ? '' : '\n');
  }
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([name, inner]) => wordsIn(inner, name))
    .filter(Boolean)
    .join('\n');
}
