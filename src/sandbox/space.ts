import { deleteRepo, listSpaces } from '@huggingface/hub';
import { z } from 'zod';
import { SANDBOX_PREFIX } from '../hub/own-repositories.ts';
import { paged } from '../hub/pages.ts';
import { statusOf } from '../hub/retry.ts';
import { parseJson } from '../lib/json.ts';
import {
  type Background,
  CPU_WHEELS,
  NO_SECRETS,
  OUTPUT_BYTES,
  PRINTED_TOO_MUCH,
  type RunEnd,
  type RunOptions,
  type Sandbox,
  type Sandboxes,
  SandboxUnavailable,
} from './sandbox.ts';
import {
  askServer,
  createSpace,
  createSpaceHub,
  hubAnswer,
  lookAtSpace,
  type SessionSpace,
  type SpaceHub,
  type SpaceSettings,
} from './space-hub.ts';
import { spaceUp } from './space-start.ts';

/** Sandboxes in Spaces, which may run on other hardware. */
export type SpaceSandboxes = Sandboxes & {
  /**
   * Moves a session's Space to other hardware, and waits for that. What was in it is gone; false where it was
   * on that hardware before. Throws SandboxUnavailable where it does not come, and gives up what was asked
   * for, so that nobody pays for it later.
   */
  moveTo(
    sessionId: string,
    flavor: string,
    signal: AbortSignal,
    show: (text: string) => void,
  ): Promise<boolean>;
};

/**
 * Sandboxes in private Hugging Face Spaces, one a session, each with a small server of ours in it. A Space is
 * known by its session's name, so any process finds it again. It holds no token of ours: the Hub gives out
 * passes for one Space at a time, and the server's own token opens nothing else.
 */
export function createSpaceSandboxes(settings: SpaceSettings): SpaceSandboxes {
  const spaces: Spaces = { hub: createSpaceHub(settings), lost: new Set() };
  return {
    async prepare() {}, // the Hub is asked when one is needed
    open: (sessionId, signal, show) => open(spaces, sessionId, signal, show),
    moveTo: (sessionId, flavor, signal, show) => moveTo(spaces, sessionId, flavor, signal, show),
    remove: (sessionId) => remove(spaces, sessionId),
    sessions: () => sessionsWith(spaces),
    async stop() {}, // what runs in a Space goes on
    rules: `It is a private Hugging Face Space, with network and a disk of its own; without sandbox_create it has 2 vCPU, 16 GB and no GPU. Files in /work, and what pip installed, last until it is put to sleep. ${CPU_WHEELS} ${NO_SECRETS}`,
  };
}

/** `lost` are sessions whose Space has lost its files: their model is told with the next result. */
type Spaces = { hub: SpaceHub; lost: Set<string> };

const prefixOf = async ({ hub }: Spaces) => `${SANDBOX_PREFIX}-${await hub.settings.installation()}-`;

const spaceOf = async (spaces: Spaces, sessionId: string, signal: AbortSignal): Promise<SessionSpace> => ({
  sessionId,
  name: `${await spaces.hub.settings.namespace(signal)}/${await prefixOf(spaces)}${sessionId}`,
});

async function open(
  spaces: Spaces,
  sessionId: string,
  signal: AbortSignal,
  show: (text: string) => void = () => {},
): Promise<Sandbox> {
  const { hub, lost } = spaces;
  const space = await spaceOf(spaces, sessionId, signal);
  const before = await lookAtSpace(hub, space.name, signal);
  if (before === undefined) await createSpace(hub, space, signal);
  const { host, isFresh } = await spaceUp(hub, space, signal, show);
  if (before !== undefined && isFresh) lost.add(sessionId);
  return sandboxAt(hub, { ...space, host }, lost.delete(sessionId) ? RESTARTED : undefined);
}

const RESTARTED =
  'The sandbox was restarted since it was last used: its files and processes are gone. Make again what you still need.';

function sandboxAt(
  hub: SpaceHub,
  space: SessionSpace & { host: string },
  notice: string | undefined,
): Sandbox {
  async function json(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await askServer(hub, space, method, path, body, AbortSignal.timeout(30_000));
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const told = z.object({ error: z.string() }).catch({ error: `status ${response.status}` });
    throw new Error(told.parse(answer).error);
  }

  return {
    run: (argv, options) =>
      runThere((body, own) => askServer(hub, space, 'POST', '/exec', body, own), argv, options),
    start: async (command) => backgroundOf(await json('POST', '/start', { command })),
    background: async () =>
      z
        .array(z.unknown())
        .parse(await json('GET', '/background'))
        .map(backgroundOf),
    kill: async (id) => z.object({ killed: z.boolean() }).parse(await json('POST', '/kill', { id })).killed,
    ...(notice ? { notice } : {}),
  };
}

async function moveTo(
  spaces: Spaces,
  sessionId: string,
  flavor: string,
  signal: AbortSignal,
  show: (text: string) => void,
): Promise<boolean> {
  const { hub, lost } = spaces;
  await open(spaces, sessionId, signal, show);
  const space = await spaceOf(spaces, sessionId, signal);
  const before = (await lookAtSpace(hub, space.name, signal))?.runtime?.hardware?.current ?? FREE;
  if (before === flavor) return false;
  const ask = (wanted: string) => {
    const hardware = { flavor: wanted, sleepTimeSeconds: hub.settings.idleSeconds };
    return hubAnswer(hub, 'POST', `${space.name}/hardware`, hardware, signal);
  };
  await ask(flavor);
  try {
    await spaceUp(hub, space, signal, show, flavor);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SandboxUnavailable) await ask(before).catch(() => {}); // what is told is why it failed
    throw error;
  }
  lost.delete(sessionId); // it is told with this result
  return true;
}

/** What a Space is on by itself. */
const FREE = 'cpu-basic';

async function remove(spaces: Spaces, sessionId: string): Promise<void> {
  const { signal } = new AbortController();
  const { name } = await spaceOf(spaces, sessionId, signal);
  const repo = { type: 'space' as const, name };
  await deleteRepo({ ...spaces.hub.access(signal), repo }).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw error;
  });
}

async function sessionsWith(spaces: Spaces): Promise<string[]> {
  const { signal } = new AbortController();
  const { settings, access } = spaces.hub;
  const owner = await settings.namespace(signal);
  const found: string[] = [];
  const own = `${owner}/${await prefixOf(spaces)}`;
  const asked = { ...paged(access(signal)), search: { owner, query: SANDBOX_PREFIX } };
  for await (const { name } of listSpaces(asked)) {
    if (name.startsWith(`${own}s_`)) found.push(name.slice(own.length));
  }
  return found;
}

const End: z.ZodType<RunEnd> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exited'), code: z.number() }),
  z.object({ kind: z.literal('timed_out') }),
  z.object({ kind: z.literal('killed'), reason: z.string() }),
]);
const Frame = z.union([z.object({ o: z.string() }), z.object({ end: End })]);
const Shown = z.object({
  id: z.string(),
  command: z.string(),
  end: End.optional(),
  output: z.string(),
});

function backgroundOf(value: unknown): Background {
  const { end, ...rest } = Shown.parse(value);
  return { ...rest, end };
}

/** One command over the exec API. Closing the request ends the command. */
async function runThere(
  post: (body: unknown, signal: AbortSignal) => Promise<Response>,
  argv: readonly string[],
  { timeoutMs, signal, stdin, onOutput, isOnlyStdout }: RunOptions,
): Promise<RunEnd> {
  const body = {
    argv,
    timeoutMs,
    onlyStdout: isOnlyStdout ?? false,
    ...(stdin ? { stdin: Buffer.from(stdin).toString('base64') } : {}),
  };
  const response = await post(body, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs + 30_000)]));
  if (!response.ok || response.body === null) {
    throw new Error(`The sandbox did not take the command (status ${response.status}).`);
  }
  let bytes = 0;
  for await (const line of linesOf(response.body)) {
    if (line === '') continue; // a sign of life
    const frame = Frame.parse(parseJson(line));
    if ('end' in frame) return frame.end;
    const chunk = Buffer.from(frame.o, 'base64');
    bytes += chunk.length;
    if (bytes > OUTPUT_BYTES) return { kind: 'killed', reason: PRINTED_TOO_MUCH };
    onOutput(chunk);
  }
  throw new Error('The sandbox went away while the command ran: what it did is not known.');
}

/** Whole lines as they come. Each piece is looked through once, however long a line is. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const begun: string[] = [];
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const [first = '', ...more] = text.split('\n');
    begun.push(first);
    for (const next of more) {
      yield begun.splice(0).join('');
      begun.push(next);
    }
  }
}
