import { text } from 'node:stream/consumers';
import { messageOf } from '../../../src/lib/errors.ts';
import { localSandboxes, shell } from '../sandboxes.ts';
import type { Attempt, Confined, Outcome, Tried } from './attempts.ts';

/*
 * A program: runs commands in local sandboxes, each in a session of its own and all at once, as whoever it is
 * started as. Told what to run by JSON on its standard input, it answers with JSON.
 */

const { directory, limits, attempts, isRemoving }: Confined = JSON.parse(await text(process.stdin));
const sandboxes = localSandboxes({ directory, limits });

async function outcomeOf({ session, command, stdin }: Attempt): Promise<Outcome> {
  const sandbox = await sandboxes.open(session, new AbortController().signal);
  return shell(sandbox, command, { stdin, timeoutMs: 30_000 });
}

const outcomes = await Promise.all(attempts.map(outcomeOf));
const left: string[] = [];
for (const session of isRemoving ? await sandboxes.sessions() : []) {
  await sandboxes.remove(session).catch((error: unknown) => left.push(`${session}: ${messageOf(error)}`));
}
await sandboxes.stop();
process.stdout.write(JSON.stringify({ outcomes, left } satisfies Tried));
