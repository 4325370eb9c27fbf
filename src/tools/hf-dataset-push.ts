import { z } from 'zod';
import type { DatasetPush } from '../hub/dataset-push.ts';
import { whyNot } from '../hub/repo-client.ts';
import type { HubRepos } from '../hub/repos.ts';
import { plainName } from '../lib/file-name.ts';
import { sha256Of } from '../lib/hash.ts';
import { capped } from '../lib/output.ts';
import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { DataFile } from '../parse-apart/parsers/data-file.ts';
import type { ApprovalRequest } from '../session/tool-calls.ts';
import { readDataFile } from './data-file.ts';
import { secretInFile } from './file-secrets.ts';
import { provenanceCard } from './provenance.ts';
import { step } from './steps.ts';
import { defineTool, type Tool, type ToolContext, type ToolResult } from './tool.ts';
import { withVisibility } from './visibility.ts';

const Arguments = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(1_000)
    .describe('The file: one that people attached ("attachments/…"), or one of the sandbox.'),
  dataset: z
    .string()
    .regex(/^([\w-][\w.-]*\/)?[\w-][\w.-]{0,95}$/, 'is not "name" or "owner/name" as the Hub allows it')
    .describe('Name of the dataset, with its owner or without.'),
  sha256: z.string().optional().describe('Leave this out: it is filled in when people are asked.'),
});

type Args = z.infer<typeof Arguments>;

export type PushParts = {
  push: DatasetPush;
  repos: Pick<HubRepos, 'details'>;
  apart: ParseApart;
  /** A file that people attached or that is in the sandbox; a reason in words where it can't be had. */
  fileAt(
    path: string,
    context: ToolContext,
  ): Promise<{ ok: true; bytes: Uint8Array } | { ok: false; reason: string }>;
};

/** Puts a file of rows into a private dataset on the Hub, after people have said so. */
export function hfDatasetPushTool(parts: PushParts): Tool {
  return defineTool({
    name: 'hf_dataset_push',
    description:
      'Push a CSV, TSV, JSON, JSON Lines or Parquet file that people attached, or one of the sandbox, to a private dataset on the Hugging Face Hub, which is made where it is missing. The file is checked first; people are asked.',
    schema: Arguments,
    isReadOnly: false,
    actsAsOwner: true,
    summary: ({ path, dataset }) => `${path} → ${dataset}`,
    step: ({ path, dataset }) => step('push', `${path} to ${dataset}`),
    asks: 'always',
    approval: (args, context) => askToPush(parts, args, context),
    run: (args, context) => pushFile(parts, args, context),
    // The same file pushed again changes nothing.
    recover: async () => ({ kind: 'not_started' }),
  });
}

/** People who decide read no more of what is odd about a file. */
const WARNINGS = 3;

async function askToPush(
  parts: PushParts,
  { path, dataset }: Args,
  context: ToolContext,
): Promise<ApprovalRequest | undefined> {
  const { push, repos } = parts;
  const file = await read(parts, path, context);
  if (!file.ok) throw new Error(file.reason);
  const name = await push.nameOf(dataset, context.signal);
  const isThere = await push.has(name, nameIn(path), context.signal);
  const request = {
    title: `Push ${nameIn(path)} to the dataset ${name}`,
    facts: [
      { label: 'Dataset', value: `${name} (made, private, where it is missing)` },
      { label: 'File', value: `${size(file.bytes.length)}, ${file.data.rows.toLocaleString('en')} rows` },
      { label: 'SHA-256', value: file.sha256 },
      { label: 'Columns', value: file.data.columns.join(', ') },
    ],
    warnings: [
      ...(isThere ? [`${nameIn(path)} is there already and is replaced.`] : []),
      ...file.data.notes.slice(0, WARNINGS),
    ],
    estimate: { usd: 0 },
    inlined: { sha256: file.sha256, dataset: name },
  };
  return withVisibility(request, repos, { kind: 'dataset', id: name }, context.signal);
}

async function pushFile(
  parts: PushParts,
  { path, dataset, sha256 }: Args,
  context: ToolContext,
): Promise<ToolResult> {
  const { push } = parts;
  const file = await read(parts, path, context);
  if (!file.ok) return { kind: 'failed', output: file.reason };
  if (sha256 !== undefined && sha256 !== file.sha256) {
    return { kind: 'failed', output: `${path} has changed since people approved it. Ask again.` };
  }
  try {
    const name = await push.nameOf(dataset, context.signal);
    context.assertHeld();
    const pushed = { path: nameIn(path), bytes: file.bytes };
    const url = await push.push(name, pushed, provenanceCard(name, context.sessionId), context.signal);
    return { kind: 'done', output: report(name, url, file.data), made: [url] };
  } catch (error) {
    context.signal.throwIfAborted();
    return {
      kind: 'failed',
      output: `The push did not go through. ${whyNot(error)}`,
    };
  }
}

/** The file with its rows, or why it can't be pushed. */
async function read({ apart, fileAt }: PushParts, path: string, context: ToolContext) {
  const file = await fileAt(path, context);
  if (!file.ok) return file;
  const secret = await secretInFile(path, new Blob([new Uint8Array(file.bytes)]), context.redaction);
  if (secret !== undefined) {
    return { ok: false as const, reason: `${secret}, so it is not pushed. Take it out of the file.` };
  }
  const data = await readDataFile(apart, path, file.bytes, context.signal);
  if (!data.ok) return { ok: false as const, reason: `${path} can't be used as a dataset: ${data.reason}.` };
  if (data.encoding !== undefined && !data.encoding.startsWith('UTF-8')) {
    return { ok: false as const, reason: `${path} is not pushed as it is. ${data.notes[0] ?? ''}` };
  }
  return { ok: true as const, bytes: file.bytes, data, sha256: sha256Of(file.bytes) };
}

const nameIn = (path: string): string => plainName(path.split('/').at(-1) ?? path);

const size = (bytes: number) =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

const SAMPLE_ROWS = 3;

function report(
  name: string,
  url: string,
  { columns, rows, first, notes }: Extract<DataFile, { ok: true }>,
): string {
  return [
    `Pushed: ${url}`,
    `Load it with load_dataset("${name}"). The dataset viewer needs a few minutes before hf_inspect_dataset shows it; what is in the file:`,
    `${rows.toLocaleString('en')} rows; columns: ${columns.join(', ')}`,
    ...notes,
    ...first.slice(0, SAMPLE_ROWS).map((row, i) => `Row ${i + 1}: ${capped(row, 600)}`),
  ].join('\n');
}
