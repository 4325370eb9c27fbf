import { posix } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { cut, wholeEnding } from '../../lib/cut.ts';
import { durationText } from '../../lib/duration.ts';
import { capped, withoutAnsi } from '../../lib/output.ts';
import { shellQuoted } from '../../lib/shell-words.ts';
import type { ParseApart } from '../../parse-apart/parse-apart.ts';
import { readFile, writeFile } from '../../sandbox/files.ts';
import type { Background, RunEnd, Sandbox, Sandboxes } from '../../sandbox/sandbox.ts';
import { step } from '../steps.ts';
import { defineTool, type Tool, type ToolContext, type ToolResult } from '../tool.ts';
import { inSandbox } from './in-sandbox.ts';
import { lookAtRun } from './look-at-file.ts';

/** What the model is shown of an output; the whole is left in a file. */
const OUTPUT_CHARACTERS = 25_000;
/** What is kept of an output at most; of a longer one the middle is lost. */
const KEPT_BYTES = 10_000_000;
/** Of what it prints while it runs: more than is shown, so that what is secret in it can be told. */
const TAIL_CHARACTERS = 9_000;
const BACKGROUND_CHARACTERS = 8_000;

/** How long a command runs that says nothing of it. */
const DEFAULT_SECONDS = 120;

const Arguments = z
  .strictObject({
    command: z.string().min(1).max(50_000).optional().describe('Shell command; it begins in /work.'),
    work_dir: z
      .string()
      .min(1)
      .max(1_000)
      .refine((path) => !path.includes('\0'), 'must not hold NUL')
      .optional()
      .describe('Folder of the sandbox that it begins in; a relative one is below /work.'),
    timeout_seconds: z
      .number()
      .int()
      .min(1)
      .max(86_400)
      .default(DEFAULT_SECONDS)
      .describe('The command is ended after so long.'),
    background: z
      .boolean()
      .default(false)
      .describe('Starts the command and returns at once, with an id to look at it with.'),
    process: z.string().max(80).optional().describe('Id of a background command: shows how it stands.'),
    kill: z.boolean().default(false).describe('With process: ends it.'),
  })
  .refine(({ command, process }) => (command === undefined) !== (process === undefined), {
    error: 'needs either command or process',
  });

export type BashLimits = {
  /** The longest that one command may run. */
  maxSeconds: number;
  /** What any tool call may take: so long it may take besides until there is a sandbox. */
  callSeconds: number;
  clock: Pick<Clock, 'every' | 'monotonic'>;
};

export function bashTool(sandboxes: Sandboxes, apart: ParseApart, limits: BashLimits): Tool {
  const { maxSeconds, callSeconds } = limits;
  return defineTool({
    name: 'bash',
    description: [
      "Run a shell command in this session's sandbox: try code out before it costs money, look at files, plot.",
      'Files in /work are kept between calls; processes are not, unless started with background. Long output is cut in the middle, and the whole is left in a file.',
      sandboxes.rules,
      `Commands end after timeout_seconds (${DEFAULT_SECONDS} unless you say more, ${maxSeconds} at most), and people see how long one has run; use background for what takes longer, and hf_jobs for what needs a GPU.`,
    ].join('\n'),
    schema: Arguments,
    isReadOnly: false,
    shows: ({ command, background, work_dir: folder }) =>
      command === undefined || background ? undefined : { kind: 'command', text: startedIn(folder, command) },
    timeoutMs: (maxSeconds + callSeconds) * 1_000,
    summary: ({ command, process, kill }) => command ?? `${kill ? 'kill' : 'look at'} ${process}`,
    step: ({ command, process, kill }) =>
      command === undefined ? step(kill ? 'stop' : 'look at', `process ${process}`) : step('run', command),
    run: (args, context) =>
      inSandbox(sandboxes, context, async (sandbox) => {
        const { command = '', process: id, work_dir: folder } = args;
        if (id !== undefined) return lookAt(sandbox, id, args.kill);
        const problem = folder === undefined ? undefined : await noFolder(sandbox, folder, context.signal);
        if (problem !== undefined) return { kind: 'failed', output: problem };
        const refused = await lookAtRun({ sandbox, apart }, startedIn(folder, command), context.signal);
        if (refused !== undefined) return { kind: 'failed', output: refused };
        if (args.background) return startInBackground(sandbox, inFolder(folder, command));
        const seconds = Math.min(args.timeout_seconds, maxSeconds);
        return inTurn(sandboxes, context, async () => {
          const stop = saysHowLong(limits.clock, seconds, context);
          try {
            return await runToEnd(sandbox, inFolder(folder, command), seconds, context);
          } finally {
            stop();
          }
        });
      }),
  });
}

/** A command that begins in a folder; what it prints and how it ends stay its own. */
const inFolder = (folder: string | undefined, command: string): string =>
  folder === undefined ? command : `cd -- ${shellQuoted(placeOf(folder))} || exit\n${command}`;

/** The same as people write it, by which it is known what it runs. */
const startedIn = (folder: string | undefined, command: string): string =>
  folder === undefined ? command : `cd ${placeOf(folder)} && ${command}`;

/** A folder as a shell in /work takes it: `-` is a name. */
const placeOf = (folder: string): string =>
  posix.isAbsolute(folder) ? posix.normalize(folder) : `./${posix.normalize(folder)}`;

/** As many folders up as are looked at for one that is there. */
const MOST_UP = 20;
const ENTRIES = 40;

/** Why a command can't begin in a folder, with what is there instead; undefined where it can. */
async function noFolder(sandbox: Sandbox, folder: string, signal: AbortSignal): Promise<string | undefined> {
  const place = placeOf(folder);
  const found = await readFile(sandbox, place, 1, signal);
  if (found.kind === 'directory') return undefined;
  if (found.kind !== 'missing') return `work_dir ${folder} is a file, not a folder. Nothing was run.`;
  let above = posix.dirname(place);
  for (let up = 0; up < MOST_UP; up++, above = posix.dirname(above)) {
    const there = await readFile(sandbox, above, 1, signal);
    if (there.kind !== 'directory') continue;
    const names = there.entries.slice(0, ENTRIES).join(', ') || 'nothing';
    const more = there.entries.length > ENTRIES ? `, and ${there.entries.length - ENTRIES} more` : '';
    const where = posix.isAbsolute(above) ? above : posix.join('/work', above);
    return `There is no folder ${folder}. Nothing was run. In ${where} there is: ${names}${more}.`;
  }
  return `There is no folder ${folder}. Nothing was run.`;
}

/** What takes longer is said to run, again and again. */
const SAID_EACH_MS = 30_000;

/** Tells people how long a command has run, and how long it may; returns what ends that. */
function saysHowLong(
  { every, monotonic }: BashLimits['clock'],
  most: number,
  { note }: ToolContext,
): () => void {
  const began = monotonic();
  return every(SAID_EACH_MS, () => {
    const seconds = Math.round((monotonic() - began) / 1_000);
    note(`runs for ${durationText(seconds)}, at most ${durationText(most)}`);
  });
}

/** Waits where so many commands run as this machine has room for, and says so. */
async function inTurn(
  { places }: Pick<Sandboxes, 'places'>,
  { signal, note }: ToolContext,
  work: () => Promise<ToolResult>,
): Promise<ToolResult> {
  if (places === undefined) return work();
  let hasWaited = false;
  const begin = () => {
    if (hasWaited) note('runs');
    return work();
  };
  return places.held(begin, signal, () => {
    hasWaited = true;
    note('waits for its turn: other commands run');
  });
}

async function runToEnd(
  sandbox: Sandbox,
  command: string,
  seconds: number,
  context: ToolContext,
): Promise<ToolResult> {
  const output = new Kept();
  const end = await sandbox.run(['bash', '-c', command], {
    timeoutMs: seconds * 1000,
    signal: context.signal,
    onOutput(chunk) {
      output.add(chunk);
      context.show(withoutAnsi(output.tail(TAIL_CHARACTERS)), true);
    },
  });
  const text = withoutAnsi(output.text());
  const shown = text.length <= OUTPUT_CHARACTERS ? text : await spilled(sandbox, text, context);
  const parts = [shown.trimEnd() || '(no output)', endText(end, seconds), ...gatedNote(end, text)];
  return resultOf(end, parts.join('\n'));
}

/** What a command that failed for want of access needs, which its own words don't say of a sandbox. */
function gatedNote(end: RunEnd, text: string): string[] {
  if (end.kind === 'exited' && end.code === 0) return [];
  if (!GATED.test(text)) return [];
  const [, path] = REPOSITORY.exec(text) ?? [];
  const page = path === undefined ? 'its page on the Hub' : `https://huggingface.co/${path}`;
  return [
    `The sandbox has no token of the Hub, and is to have none. Read what is gated in a job (hf_jobs has HF_TOKEN); if that is refused too, the owner of that token has to ask for access at ${page}.`,
  ];
}

const GATED =
  /GatedRepoError|DatasetGatedError|Access to (?:model|dataset) .{1,120} is restricted|(?:is|access) a gated (?:repo|model|dataset)|401 Client Error.{0,200}huggingface\.co/i;
const REPOSITORY =
  /https:\/\/huggingface\.co\/(?:api\/models\/|api\/(?=datasets\/))?((?:datasets\/)?[\w.-]+\/[\w.-]+)/;

/** A long output as a model sees it, with the whole of it left in a file. */
async function spilled(sandbox: Sandbox, text: string, { callId, signal }: ToolContext): Promise<string> {
  const path = `/work/.outputs/${callId}.txt`;
  const note = await writeFile(sandbox, path, Buffer.from(text), signal).then(
    () => `(all ${text.length} characters are in ${path})`,
    () => '(the whole could not be kept: the disk is full)',
  );
  return `${capped(text, OUTPUT_CHARACTERS - 200)}\n${note}`;
}

function resultOf(end: RunEnd, output: string): ToolResult {
  return end.kind === 'exited' && end.code === 0 ? { kind: 'done', output } : { kind: 'failed', output };
}

function endText(end: RunEnd, seconds: number): string {
  switch (end.kind) {
    case 'exited':
      return `exit code ${end.code}${end.code === 152 ? ' (it used up its processor time)' : ''}`;
    case 'timed_out':
      return `ended after ${seconds} s without having finished: give it longer, or run it in the background`;
    case 'killed':
      return `ended by the sandbox: ${end.reason}`;
    default:
      return end satisfies never;
  }
}

async function startInBackground(sandbox: Sandbox, command: string): Promise<ToolResult> {
  const { id } = await sandbox.start(command);
  return {
    kind: 'done',
    output: `Started in the background as ${id}. Look at it with {"process": "${id}"}. It ends with the process that runs it.`,
  };
}

async function lookAt(sandbox: Sandbox, id: string, isToEnd: boolean): Promise<ToolResult> {
  const all = await sandbox.background();
  const found = all.find((item) => item.id === id);
  if (found === undefined) {
    const known = all.map((item) => item.id).join(', ') || 'none';
    return {
      kind: 'failed',
      output: `There is no background command ${id} (there is: ${known}). What ran before a restart of the sandbox is gone.`,
    };
  }
  if (isToEnd) await sandbox.kill(id);
  return { kind: 'done', output: describe(found, isToEnd) };
}

function describe({ id, command, end, output }: Background, isKilled: boolean): string {
  const state = end === undefined ? (isKilled ? 'killed' : 'running') : endText(end, 0);
  const shown = capped(withoutAnsi(output), BACKGROUND_CHARACTERS) || '(no output)';
  return `${id} (${cut(command, 200)}): ${state}\n${shown}`;
}

/** An output as it grows, up to a size: then its beginning and its end. */
class Kept {
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  readonly #tail: Buffer[] = [];
  #tailBytes = 0;

  add(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk);
    if (this.#headBytes < KEPT_BYTES / 2) {
      this.#head.push(bytes);
      this.#headBytes += bytes.length;
      return;
    }
    this.#tail.push(bytes);
    this.#tailBytes += bytes.length;
    while (this.#tailBytes - (this.#tail[0]?.length ?? 0) >= KEPT_BYTES / 2) {
      this.#tailBytes -= this.#tail.shift()?.length ?? 0;
    }
  }

  text(): string {
    return Buffer.concat([...this.#head, ...this.#tail]).toString();
  }

  tail(characters: number): string {
    const chunks = this.#tail.length > 0 ? this.#tail : this.#head;
    const last = Buffer.concat(chunks.slice(-3)).subarray(-4 * characters);
    return wholeEnding(last.toString(), characters);
  }
}
