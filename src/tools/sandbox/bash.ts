import { z } from 'zod';
import { cut } from '../../lib/cut.ts';
import { capped, withoutAnsi } from '../../lib/output.ts';
import type { ParseApart } from '../../parse-apart/parse-apart.ts';
import { writeFile } from '../../sandbox/files.ts';
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

const Arguments = z
  .strictObject({
    command: z.string().min(1).max(50_000).optional().describe('Shell command; it begins in /work.'),
    timeout_seconds: z
      .number()
      .int()
      .min(1)
      .max(3_600)
      .default(120)
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

/** `maxSeconds` is what any tool call may take. */
export function bashTool(sandboxes: Sandboxes, apart: ParseApart, maxSeconds: number): Tool {
  return defineTool({
    name: 'bash',
    description: [
      "Run a shell command in this session's sandbox: try code out before it costs money, look at files, plot.",
      'Files in /work are kept between calls; processes are not, unless started with background. Long output is cut in the middle, and the whole is left in a file.',
      sandboxes.rules,
      `Commands end after timeout_seconds (${maxSeconds} at most); use background for what takes longer, and hf_jobs for what needs a GPU.`,
    ].join('\n'),
    schema: Arguments,
    isReadOnly: false,
    shows: ({ command, background }) =>
      command === undefined || background ? undefined : { kind: 'command', text: command },
    summary: ({ command, process, kill }) => command ?? `${kill ? 'kill' : 'look at'} ${process}`,
    step: ({ command, process, kill }) =>
      command === undefined ? step(kill ? 'stop' : 'look at', `process ${process}`) : step('run', command),
    run: (args, context) =>
      inSandbox(sandboxes, context, async (sandbox) => {
        const { command = '', process: id } = args;
        if (id !== undefined) return lookAt(sandbox, id, args.kill);
        const refused = await lookAtRun({ sandbox, apart }, command, context.signal);
        if (refused !== undefined) return { kind: 'failed', output: refused };
        if (args.background) return startInBackground(sandbox, command);
        const seconds = Math.min(args.timeout_seconds, maxSeconds);
        return runToEnd(sandbox, command, seconds, context);
      }),
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
    return last.toString().slice(-characters);
  }
}
