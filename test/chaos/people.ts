import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { lastText, type Reply } from '../doubles/model.ts';
import type { Ground, ThreadRef } from './ground.ts';
import type { Chance } from './random.ts';

/** One request that a person made; `#7` in its text is how everything that follows from it is known. */
export type Request = {
  id: number;
  kind: 'talk' | 'job';
  thread: ThreadRef;
  askedAt: number;
  answeredAt: number | undefined;
};

/** What somebody clicked on one card, and when first. */
export type Click = { verdict: 'approve' | 'reject'; at: number };

/** Requests back to which people go on in a thread. */
const LATEST = 60;

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

/** The scripted model: decides by the newest request in its history alone, so any worker gets the same words. */
export function script(request: ChatCompletionRequest): Reply {
  const messages = request.messages;
  const asked = messages.findLastIndex(
    (message) => message.role === 'user' && /#\d+ /.test(String(message.content)),
  );
  const [, id = '0', kind = ''] = /#(\d+) (\w+)/.exec(String(messages[asked]?.content)) ?? [];
  const since = messages.slice(asked + 1);
  const results = since.filter((message) => message.role === 'tool').length;
  if (results === 0)
    return kind === 'job' ? { calls: [inspect, job(Number(id))] } : { calls: [inspect, inspect] };
  if (results === 2 && kind === 'talk') return { text: 'One more look.', calls: [inspect] };
  const outcome = /rejected this call/.test(lastText(request)) ? 'rejected' : 'finished';
  return { text: `Answer to #${id}: ${outcome}. ${'Some words to stream. '.repeat(20)}` };
}

/** The people of a workspace: they ask, reply in threads that have been answered, and decide on open cards. */
export class People {
  readonly requests: Request[] = [];
  readonly clicks = new Map<string, Click>();
  readonly #ground: Ground;
  readonly #chance: Chance;
  readonly #lastClick = new Map<string, number>();

  constructor(ground: Ground, chance: Chance) {
    this.#ground = ground;
    this.#chance = chance;
  }

  get waiting(): Request[] {
    return this.requests.filter((request) => request.answeredAt === undefined);
  }

  /** Somebody asks something new, or goes on in a thread whose last request has been answered. */
  ask(): void {
    const id = this.requests.length + 1;
    const kind = this.#chance.is(0.4) ? 'job' : 'talk';
    const text = `#${id} ${kind}: please`;
    const busy = new Set(this.waiting.map((request) => request.thread.id));
    const free = this.#latest().filter((request) => !busy.has(request.thread.id));
    const isFollowUp = free.length > 0 && this.#chance.is(0.35);
    const known = isFollowUp ? this.#chance.pick(free).thread : undefined;
    const thread = this.#ground.ask(text, this.#chance, known);
    this.requests.push({ id, kind, thread, askedAt: Date.now(), answeredAt: undefined });
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
      const { thread, id } = request;
      if (this.#ground.said(thread).some((text) => text.includes(`Answer to #${id}:`))) {
        request.answeredAt = Date.now();
      }
      for (const card of this.#ground.open(thread)) this.#decide(card);
    }
    for (const dialog of this.#ground.dialogs()) this.#sendOff(dialog);
  }

  /** A rejection asks for a reason first. A dialog that says why it was not taken is closed, any other sent again. */
  #sendOff(dialog: ReturnType<Ground['dialogs']>[number]): void {
    if (dialog.hasFailed) dialog.close();
    else if (Date.now() - (this.#lastClick.get(dialog.id) ?? 0) >= 4_000) {
      this.#lastClick.set(dialog.id, Date.now());
      dialog.send('use less data');
    }
  }

  /** A click may be lost with the process that took it: who sees that nothing happened clicks again, the same. */
  #decide({ callId, click }: ReturnType<Ground['open']>[number]): void {
    if (Date.now() - (this.#lastClick.get(callId) ?? 0) < 4_000) return;
    if (this.#chance.is(0.6)) return; // people take their time
    const verdict = this.clicks.get(callId)?.verdict ?? (this.#chance.is(0.8) ? 'approve' : 'reject');
    if (!this.clicks.has(callId)) this.clicks.set(callId, { verdict, at: Date.now() });
    this.#lastClick.set(callId, Date.now());
    click('ada', verdict);
    if (this.#chance.is(0.2)) click('ada', verdict); // an impatient thumb
    if (this.#chance.is(0.1)) click('grace', 'approve'); // who may not
  }
}
