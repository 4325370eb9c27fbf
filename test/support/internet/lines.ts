import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/*
 * Two processes that speak in lines of JSON: one asks, the other answers each in turn. Results that can't be
 * had come back as an error's text.
 */

type Reply = { ok: true; value: unknown } | { ok: false; error: string };

/** Answers what is asked on standard input, on standard output, one after another; ends with the input. */
export async function answerLines(
  handlers: Readonly<Record<string, (argument: never) => unknown>>,
): Promise<void> {
  process.stdout.write('{"ready":true}\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const { name, argument } = JSON.parse(line) as { name: string; argument: never };
    const reply: Reply = await Promise.resolve()
      .then(() => handlers[name]?.(argument))
      .then(
        (value) => ({ ok: true, value }),
        (error: unknown) => ({ ok: false, error: error instanceof Error ? error.message : String(error) }),
      );
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

/** The other side: `ask` gives what the process answers, or throws what went wrong there. */
export function lineClient(input: Writable, output: Readable) {
  const lines = createInterface({ input: output })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();

  async function next(): Promise<unknown> {
    const { value, done } = await lines.next();
    if (done) throw new Error('the process has ended');
    return JSON.parse(value);
  }

  return {
    ready: next,
    ask<T>(name: string, argument?: unknown): Promise<T> {
      const answer = last.then(async () => {
        input.write(`${JSON.stringify({ name, argument })}\n`);
        const reply = (await next()) as Reply;
        if (!reply.ok) throw new Error(reply.error);
        return reply.value as T;
      });
      last = answer.catch(() => {});
      return answer;
    },
  };
}
