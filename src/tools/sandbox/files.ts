import { z } from 'zod';
import { beginningOf } from '../../lib/cut.ts';
import { fittingName, NAME_BYTES, plainName, tooLongName } from '../../lib/file-name.ts';
import { linesOf } from '../../lib/output.ts';
import { readableText } from '../../lib/readable-text.ts';
import type { ParseApart } from '../../parse-apart/parse-apart.ts';
import { type FileContent, readFile, writeFile } from '../../sandbox/files.ts';
import type { Sandboxes } from '../../sandbox/sandbox.ts';
import { pictureType } from '../../session/store/images.ts';
import type { ReadFiles } from '../../session/store/read-files.ts';
import { secretInFile } from '../file-secrets.ts';
import { step } from '../steps.ts';
import { defineTool, type Tool, type ToolContext, type ToolResult } from '../tool.ts';
import { inSandbox } from './in-sandbox.ts';
import { lookAtFile } from './look-at-file.ts';
import { isAsSeen, noteSeen, whyNotReplaced } from './seen-files.ts';
import { bytesOf, textOf } from './text-file.ts';

const Path = z
  .string()
  .min(1)
  .max(1_000)
  .refine((path) => !path.includes('\0'), 'must not hold NUL')
  .refine((path) => tooLongName(path) === undefined, `must not hold a name of over ${NAME_BYTES} bytes`)
  .describe('Path of the file; relative ones are below /work.');

/** Larger files are for programs to read. */
const MAX_BYTES = 5_000_000;
const LINES = 2_000;
const LINE_CHARACTERS = 4_000;

export function readTool(sandboxes: Sandboxes, files: ReadFiles): Tool {
  return defineTool({
    name: 'read',
    description: `Read a text file of the sandbox, with line numbers: ${LINES} lines from \`offset\` on. A folder is listed, a picture is shown.`,
    schema: z.strictObject({
      path: Path,
      offset: z.number().int().min(1).default(1).describe('First line.'),
      limit: z.number().int().min(1).max(LINES).default(LINES).describe('Lines at most.'),
    }),
    isReadOnly: true,
    research: true,
    summary: ({ path }) => path,
    step: ({ path }) => step('read', path),
    run: ({ path, offset, limit }, context) =>
      inSandbox(sandboxes, context, async (sandbox) => {
        const content = await readFile(sandbox, path, MAX_BYTES, context.signal);
        if (content.kind === 'file' && pictureType(content.bytes)) return picture(path, content.bytes);
        if (content.kind === 'directory') {
          return done(
            content.entries.length === 0 ? `${path} is an empty folder.` : content.entries.join('\n'),
          );
        }
        const file = readable(content, path);
        // What the research assistant reads, the model of the session has not seen.
        if (content.kind === 'file' && file.ok && !context.isOfAssistant)
          await noteSeen(files, context, path, content.bytes);
        return file.ok ? done(`${numbered(file.text, offset, limit)}${file.note}`) : failed(file.reason);
      }),
  });
}

export function writeTool({ sandboxes, apart, files }: EditParts): Tool {
  const content = z.string().max(1_000_000).describe('The whole content.');
  return defineTool({
    name: 'write',
    description:
      'Write a text file in the sandbox, with the folders above it. A file that is there is replaced only if you have read it as it is now; to change a part use edit.',
    schema: z.strictObject({ path: Path, content }),
    isReadOnly: true, // writing the same again changes nothing
    shows: ({ path }) => ({ kind: 'file', text: path }),
    summary: ({ path }) => path,
    step: ({ path }) => step('write', path),
    run: (args, context) =>
      inSandbox(sandboxes, context, async (sandbox) => {
        const bytes = Buffer.from(args.content);
        const whyNot = await whyNotReplaced(sandbox, files, args.path, bytes, context);
        if (whyNot !== undefined) return failed(whyNot);
        await writeFile(sandbox, args.path, bytes, context.signal);
        await noteSeen(files, context, args.path, bytes);
        const lines = args.content === '' ? 0 : args.content.replace(/\n$/, '').split('\n').length;
        const seen = await lookAtFile({ sandbox, apart }, args.path, args.content, context.signal);
        return done(`Wrote ${args.path}: ${lines} lines, ${Buffer.byteLength(args.content)} bytes.${seen}`);
      }),
  });
}

const Edit = z.strictObject({
  path: Path,
  old_str: z.string().min(1).describe('What stands there now, with enough around it to occur once.'),
  new_str: z.string().describe('What is to stand there instead.'),
  replace_all: z.boolean().default(false).describe('Whether every occurrence is meant.'),
});

/** What a change of a file is made with. */
export type EditParts = { sandboxes: Sandboxes; apart: ParseApart; files: ReadFiles };

export function editTool(parts: EditParts): Tool {
  const { sandboxes } = parts;
  return defineTool({
    name: 'edit',
    description:
      'Replace a part of a text file of the sandbox. old_str has to occur exactly once (white space at the ends of lines and indentation, kinds of quotes, dashes and spaces may differ), unless replace_all is set, for which you have to have read the file as it is now.',
    schema: Edit,
    isReadOnly: false,
    shows: ({ path }) => ({ kind: 'file', text: path }),
    summary: ({ path }) => path,
    step: ({ path }) => step('change', path),
    run: (args, context) => edit(parts, args, context),
    // What was written before the crash is there; what is not can still be replaced.
    recover: async (args, context) => {
      const result = await inSandbox(sandboxes, context, async (sandbox) => {
        const content = await readFile(sandbox, args.path, MAX_BYTES, context.signal);
        const file = textFile(content, args.path);
        const isDone = file.ok && !file.text.includes(args.old_str) && file.text.includes(args.new_str);
        return isDone ? done(`Edited ${args.path}.`) : failed('not yet');
      });
      return result.kind === 'done' ? result : { kind: 'not_started' };
    },
  });
}

function edit(
  { sandboxes, apart, files }: EditParts,
  args: z.infer<typeof Edit>,
  context: ToolContext,
): Promise<ToolResult> {
  const { path, old_str, new_str, replace_all } = args;
  return inSandbox(sandboxes, context, async (sandbox) => {
    const content = await readFile(sandbox, path, MAX_BYTES, context.signal);
    const file = textFile(content, path);
    if (!file.ok) return failed(file.reason);
    // What stands in the file once is known by being named; of all that is replaced that has to be seen.
    const isSeen = content.kind === 'file' && (await isAsSeen(files, context, path, content.bytes));
    if (replace_all && !isSeen) return failed(notSeen(path));
    const asked = { text: file.text, before: old_str, after: new_str, isForAll: replace_all };
    const parsed = await apart.parse('edit', asked, context.signal);
    if (!parsed.ok) return failed(`${path}: ${parsed.reason}. Change it with a program in bash instead.`);
    const edited = parsed.value;
    if (!edited.ok) return failed(`${path}: ${edited.reason}.`);
    const bytes = bytesOf({ ...file, text: edited.text });
    await writeFile(sandbox, path, bytes, context.signal);
    if (isSeen) await noteSeen(files, context, path, bytes);
    const seen = await lookAtFile({ sandbox, apart }, path, edited.text, context.signal);
    return done(`Edited ${path} ${edited.note}.${seen}`);
  });
}

const notSeen = (path: string) =>
  `${path} is not known as it is now: you have not read it, or it has changed since. Read it, then replace all; or name one place that occurs once.`;

/** Larger ones would fill the model's window. */
const IMAGE_BYTES = 3_000_000;

function picture(path: string, bytes: Buffer): ToolResult {
  if (bytes.length === 0 || bytes.length > IMAGE_BYTES) {
    return failed(
      `${path} has ${bytes.length} bytes; pictures up to ${IMAGE_BYTES / 1e6} MB can be looked at.`,
    );
  }
  const output = `${path} is a picture of ${bytes.length} bytes. It follows, if you are a model that sees; otherwise share it with people.`;
  return { kind: 'done', output, image: { name: path.split('/').at(-1) ?? 'image', bytes } };
}

/** Room is left for what makes it the only one of its name in a thread. */
const SHARED_NAME_BYTES = 200;

/** Larger ones belong on the Hub. */
const SHARED_BYTES = 8_000_000;

export function shareFileTool(sandboxes: Sandboxes): Tool {
  return defineTool({
    name: 'share_file',
    description:
      'Post a file of the sandbox in the thread, for people to see or download: a plot, a table, a report. Up to 8 MB; larger ones belong in a Hub repository.',
    schema: z.strictObject({
      path: Path,
      comment: z.string().min(1).max(500).describe('One line about it.'),
    }),
    isReadOnly: true, // nothing is posted before the result is committed
    summary: ({ path }) => path,
    step: ({ path }) => step('share', path),
    run: ({ path, comment }, context) =>
      inSandbox(sandboxes, context, async (sandbox) => {
        const content = await readFile(sandbox, path, SHARED_BYTES, context.signal);
        if (content.kind !== 'file') return failed(problemWith(content, path));
        if (content.bytes.length === 0) return failed(`${path} is empty.`);
        const secret = await secretInFile(path, new Blob([new Uint8Array(content.bytes)]), context.redaction);
        if (secret !== undefined)
          return failed(`${secret}, so it was not posted. Take that out of it first.`);
        const name = fittingName(plainName(path.split('/').at(-1) ?? ''), '', SHARED_NAME_BYTES);
        return {
          kind: 'done',
          output: `Posted ${path} in the thread.`,
          file: { name, bytes: content.bytes, text: comment },
        };
      }),
  });
}

const done = (output: string): ToolResult => ({ kind: 'done', output });
const failed = (output: string): ToolResult => ({ kind: 'failed', output });

function textFile(content: FileContent, path: string) {
  if (content.kind !== 'file') return { ok: false as const, reason: problemWith(content, path) };
  const file = textOf(content.bytes);
  if (file !== undefined) return { ok: true as const, ...file };
  return { ok: false as const, reason: noTextFile(path, content.bytes) };
}

/** What it is instead is told by its bytes, whatever it is called. */
function noTextFile(path: string, bytes: Buffer): string {
  const file = readableText(path, bytes);
  if (file.ok) return `${path} can't be edited as text: ${file.note ?? 'its characters are not in UTF-8'}.`;
  return `${path} ${file.reason} (${bytes.length} bytes). Look at it with bash: file, xxd, or a program that knows its format.`;
}

/** The same for reading alone: in another encoding it is read, and the encoding is said. */
function readable(content: FileContent, path: string) {
  if (content.kind !== 'file') return { ok: false as const, reason: problemWith(content, path) };
  const file = readableText(path, content.bytes);
  if (!file.ok) return { ok: false as const, reason: noTextFile(path, content.bytes) };
  return { ok: true as const, text: file.text, note: file.note === undefined ? '' : `\n(${file.note})` };
}

function problemWith(content: Exclude<FileContent, { kind: 'file' }>, path: string): string {
  switch (content.kind) {
    case 'missing':
      return `There is no ${path}. List what is there with bash: ls.`;
    case 'directory':
      return `${path} is a folder.`;
    case 'special':
      return `${path} is a pipe or a device, not a file.`;
    case 'too_large':
      return `${path} is too large (${content.bytes} bytes). Read a part of it with bash: head, tail, sed -n, or a program.`;
    default:
      return content satisfies never;
  }
}

/** The lines asked for, each with its number, and what is left. */
function numbered(text: string, offset: number, limit: number): string {
  if (text === '') return '(the file is empty)';
  const { lines, total } = linesOf(text.replace(/\r?\n$/, ''), offset, limit);
  if (offset > total) return `(the file has only ${total} lines)`;
  const shown = lines.map((line, i) => {
    const cut = line.length > LINE_CHARACTERS ? `${beginningOf(line, LINE_CHARACTERS)} … [line cut]` : line;
    return `${String(offset + i).padStart(6)}\t${cut}`;
  });
  const next = offset + shown.length;
  const rest = next <= total ? `\n(${total - next + 1} more lines; read on with offset ${next})` : '';
  return shown.join('\n') + rest;
}
