import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { lastText, type Reply } from '../doubles/model.ts';
import type { Ground, ThreadRef } from './ground.ts';
import { REMINDED } from './ran.ts';
import type { Chance } from './random.ts';

/** One request that a person made; `#7` in its text is how everything that follows from it is known. */
export type Request = {
  id: number;
  kind: 'talk' | 'job';
  /** Nobody looks at its cards: they are brought to mind, and lapse. */
  isForgotten: boolean;
  thread: ThreadRef;
  /** When, by `performance.now()`. */
  askedAt: number;
  answeredAt: number | undefined;
};

/** What somebody clicked on one card, and when first, by the time of the platform. */
export type Click = { verdict: 'approve' | 'reject'; at: number };

/** Requests back to which people go on in a thread. */
const LATEST = 60;

/** Requests at once whose cards nobody looks at. */
const FORGOTTEN = 4;

/** Threads that have pings at once. */
const PINGED = 3;

/** Answers in a thread from which on there is something to make shorter. */
const LEAST_ANSWERS = 3;

/** How long people wait for something to happen before they click again. */
const BETWEEN_CLICKS_MS = 4_000;

const inspect = { name: 'hf_inspect_dataset', arguments: { dataset: 'stanfordnlp/imdb' } };
const job = (id: number) => ({
  name: 'hf_jobs',
  arguments: {
    operation: 'run',
    script: `print("request ${id}")\n`,
    hardware_flavor: 'cpu-basic',
    timeout: '10m',
  },
});

/**
 * The scripted model: decides by the newest request in its history alone, so any worker gets the same words.
 */
export function script(request: ChatCompletionRequest): Reply {
  const messages = request.messages;
  if (lastText(request).includes('Write a summary of the conversation'))
    return { text: 'All went well so far.' };
  const asked = messages.findLastIndex(
    (message) => message.role === 'user' && /#\d+ /.test(String(message.content)),
  );
  const [, id = '0', kind = ''] = /#(\d+) (\w+)/.exec(String(messages[asked]?.content)) ?? [];
  const since = messages.slice(asked + 1);
  const results = since.filter((message) => message.role === 'tool').length;
  if (results === 0)
    return kind === 'job' ? { calls: [inspect, job(Number(id))] } : { calls: [inspect, inspect] };
  if (results === 2 && kind === 'talk') return { text: 'One more look.', calls: [inspect] };
  const [outcome = 'finished'] = /rejected(?= this call)|lapsed/.exec(lastText(request)) ?? [];
  return { text: `Answer to #${id}: ${outcome}. ${'Some words to stream. '.repeat(20)}` };
}

/** What people set for a session; whatever it is, calls that cost money are still asked about. */
const SETTINGS = ['effort high', 'effort low', 'effort default', 'yolo $0.0001', 'yolo off'];

/**
 * The people of a workspace: they ask, reply in threads that have been answered, decide on open cards or
 * forget them, order pings, change settings, and have conversations made shorter.
 */
export class People {
  readonly requests: Request[] = [];
  readonly clicks = new Map<string, Click>();
  readonly #ground: Ground;
  readonly #chance: Chance;
  readonly #lastClick = new Map<string, number>();
  readonly #pinged: { thread: ThreadRef; off: string }[] = [];
  #isOver = false;

  constructor(ground: Ground, chance: Chance) {
    this.#ground = ground;
    this.#chance = chance;
  }

  get waiting(): Request[] {
    return this.requests.filter((request) => request.answeredAt === undefined);
  }

  /** Those whose answer somebody waits for. */
  get busy(): Request[] {
    return this.waiting.filter(({ isForgotten }) => !isForgotten);
  }

  /** From now on nothing new is begun, and somebody looks at what was forgotten. */
  finish(): void {
    this.#isOver = true;
    for (const { thread, off } of this.#pinged.splice(0)) this.#say(thread, off);
  }

  /** Somebody asks something new, or goes on in a thread whose last request has been answered. */
  ask(): void {
    const kind = this.#chance.is(0.4) ? 'job' : 'talk';
    const forgotten = this.waiting.length - this.busy.length;
    const isForgotten = kind === 'job' && forgotten < FORGOTTEN && this.#chance.is(0.3);
    const known = this.#chance.is(0.75) ? this.#freeThread() : undefined;
    this.#request(kind, isForgotten, known);
  }

  /** Somebody asks, in a thread of its own, for a job that nobody will decide on. */
  forget(): Request {
    return this.#request('job', true, undefined);
  }

  #request(kind: Request['kind'], isForgotten: boolean, known: ThreadRef | undefined): Request {
    const id = this.requests.length + 1;
    const thread = this.#ground.ask(`#${id} ${kind}: please`, this.#chance, known);
    const askedAt = performance.now();
    const request: Request = { id, kind, isForgotten, thread, askedAt, answeredAt: undefined };
    this.requests.push(request);
    return request;
  }

  /** Whether a card of a request waits for a decision. */
  isAsked({ thread }: Request): boolean {
    return this.#ground.open(thread).length > 0;
  }

  /** Whether a request's thread was told that a decision is missing. */
  isReminded({ thread }: Request): boolean {
    return this.#ground.said(thread).some((text) => text.includes(REMINDED));
  }

  /** A thread, one of those used last, in which nothing is under way. */
  #freeThread(): ThreadRef | undefined {
    const busy = new Set(this.waiting.map((request) => request.thread.id));
    const free = this.#latest().filter((request) => !busy.has(request.thread.id));
    return free.length === 0 ? undefined : this.#chance.pick(free).thread;
  }

  /** Now and then somebody orders something of a session besides work, whatever is under way in it. */
  order(): void {
    const latest = this.#latest();
    if (latest.length === 0 || !this.#chance.is(0.1)) return;
    const { thread } = this.#chance.pick(latest);
    const kind = this.#chance.next();
    const longest = this.#longest(latest);
    if (kind < 0.4 && longest !== undefined) this.#say(longest, 'compact');
    else if (kind < 0.7) this.#say(thread, this.#chance.pick(SETTINGS));
    else this.#orderPings(thread);
  }

  #orderPings(thread: ThreadRef): void {
    if (this.#pinged.some((pinged) => pinged.thread.id === thread.id)) return;
    const oldest = this.#pinged.length === PINGED ? this.#pinged.shift() : undefined;
    if (oldest !== undefined) this.#say(oldest.thread, oldest.off);
    const scope = this.#chance.is(0.25) ? 'pings channel' : 'pings';
    this.#pinged.push({ thread, off: `${scope} off` });
    this.#say(thread, `${scope} ${this.#chance.pick(['1m', '2m'])}`);
  }

  #say(thread: ThreadRef, text: string): void {
    this.#ground.ask(text, this.#chance, thread);
  }

  /** The thread in which most was answered: where little was said there is nothing to make shorter. */
  #longest(latest: readonly Request[]): ThreadRef | undefined {
    const answers = ({ thread }: Request) =>
      this.requests.filter(({ thread: { id }, answeredAt }) => id === thread.id && answeredAt).length;
    const longest = latest.reduce((a, b) => (answers(b) > answers(a) ? b : a));
    return answers(longest) < LEAST_ANSWERS ? undefined : longest.thread;
  }

  /** The newest request of each of the threads used last: as many as a catch-up is promised to read. */
  #latest(): Request[] {
    const byThread = new Map<string, Request>();
    for (const request of this.requests.slice(-LATEST)) byThread.set(request.thread.id, request);
    return [...byThread.values()];
  }

  /** Looks at every thread that waits: decides on what is open, notes what has been answered. */
  look(): void {
    for (const request of this.waiting) {
      const { thread, id, isForgotten } = request;
      if (this.#ground.answers(thread).some((text) => text.includes(`Answer to #${id}:`))) {
        request.answeredAt = performance.now();
      }
      if (isForgotten && !this.#isOver) continue;
      for (const card of this.#ground.open(thread)) this.#decide(card);
    }
    for (const dialog of this.#ground.dialogs()) this.#sendOff(dialog);
  }

  /**
   * A rejection asks for a reason first. A dialog that says why it was not taken is closed, any other sent
   * again.
   */
  #sendOff(dialog: ReturnType<Ground['dialogs']>[number]): void {
    if (dialog.hasFailed) dialog.close();
    else if (this.#mayClickAgain(dialog.id)) dialog.send('use less data');
  }

  /**
   * A click may be lost with the process that took it: who sees that nothing happened clicks again, the same.
   */
  #decide({ callId, click }: ReturnType<Ground['open']>[number]): void {
    if (this.#chance.is(0.6)) return; // people take their time
    if (!this.#mayClickAgain(callId)) return;
    const verdict = this.clicks.get(callId)?.verdict ?? (this.#chance.is(0.8) ? 'approve' : 'reject');
    if (!this.clicks.has(callId)) this.clicks.set(callId, { verdict, at: Date.now() });
    click('ada', verdict);
    if (this.#chance.is(0.2)) click('ada', verdict); // an impatient thumb
    if (this.#chance.is(0.1)) click('grace', 'approve'); // who may not
  }

  /** Whether the last time was long enough ago; then this is the last time. */
  #mayClickAgain(what: string): boolean {
    const now = performance.now();
    if (now - (this.#lastClick.get(what) ?? Number.NEGATIVE_INFINITY) < BETWEEN_CLICKS_MS) return false;
    this.#lastClick.set(what, now);
    return true;
  }
}
