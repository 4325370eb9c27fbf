import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  type ConfigSplit,
  configNamed,
  configsForUnlisted,
  configsOf,
  splitNamed,
  withConfigs,
} from '../hub/dataset-configs.ts';
import type { DatasetPush, DatasetState } from '../hub/dataset-push.ts';
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
  config: z
    .string()
    .regex(/^[\w-][\w.-]{0,79}$/, 'is no name of a config: letters, digits, _, - and .')
    .optional()
    .describe(
      'The table of the dataset that it belongs to, where there are several; its file’s name by default.',
    ),
  split: z
    .string()
    .regex(/^\w+(?:\.\w+)*$/, 'is no name of a split: letters, digits and _')
    .max(80)
    .optional()
    .describe('E.g. "train" or "test"; what its file’s name says, else train.'),
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
      'Push a CSV, TSV, JSON, JSON Lines or Parquet file that people attached, or one of the sandbox, to a private dataset on the Hugging Face Hub, which is made where it is missing. Of several tables in one dataset each gets a config of its own in its card. The file is checked first; people are asked.',
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
  args: Args,
  context: ToolContext,
): Promise<ApprovalRequest | undefined> {
  const { path, dataset } = args;
  const { push, repos } = parts;
  const file = await read(parts, path, context);
  if (!file.ok) throw new Error(file.reason);
  const name = await push.nameOf(dataset, context.signal);
  const state = await push.state(name, context.signal);
  const plan = planOf(args, state);
  if (!plan.ok) throw new Error(plan.reason);
  const isThere = state.dataFiles.includes(plan.path);
  const request = {
    title: `Push ${plan.path} to the dataset ${name}`,
    facts: [
      { label: 'Dataset', value: `${name} (made, private, where it is missing)` },
      { label: 'File', value: `${size(file.bytes.length)}, ${file.data.rows.toLocaleString('en')} rows` },
      { label: 'SHA-256', value: file.sha256 },
      { label: 'Columns', value: file.data.columns.join(', ') },
      ...configFacts(plan.configs),
    ],
    warnings: [
      ...(isThere ? [`${plan.path} is there already and is replaced.`] : []),
      ...file.data.notes.slice(0, WARNINGS),
    ],
    estimate: { usd: 0 },
    inlined: { sha256: file.sha256, dataset: name },
  };
  return withVisibility(request, repos, { kind: 'dataset', id: name }, context.signal);
}

async function pushFile(parts: PushParts, args: Args, context: ToolContext): Promise<ToolResult> {
  const { path, dataset, sha256 } = args;
  const { push } = parts;
  const file = await read(parts, path, context);
  if (!file.ok) return { kind: 'failed', output: file.reason };
  if (sha256 !== undefined && sha256 !== file.sha256) {
    return { kind: 'failed', output: `${path} has changed since people approved it. Ask again.` };
  }
  try {
    const name = await push.nameOf(dataset, context.signal);
    const state = await push.state(name, context.signal);
    const plan = planOf(args, state);
    if (!plan.ok) return { kind: 'failed', output: plan.reason };
    if (!isAsAsked(plan.configs, context.approved)) return { kind: 'failed', output: OTHER_CONFIGS };
    const card = state.card ?? provenanceCard(name, context.sessionId);
    const merged = withConfigs(card, plan.configs);
    if (!merged.ok) return { kind: 'failed', output: `Nothing was pushed to ${name}: ${merged.reason}.` };
    context.assertHeld();
    const changed = merged.card === state.card ? undefined : merged.card;
    const url = await push.push(name, { path: plan.path, bytes: file.bytes }, changed, context.signal);
    const loads = plan.configs.length === 0 ? '' : `, "${plan.config}"`;
    return { kind: 'done', output: report(`"${name}"${loads}`, url, file.data), made: [url] };
  } catch (error) {
    context.signal.throwIfAborted();
    return {
      kind: 'failed',
      output: `The push did not go through. ${whyNot(error)}`,
    };
  }
}

type Plan =
  | { ok: true; path: string; config: string; configs: readonly ConfigSplit[] }
  | { ok: false; reason: string };

/**
 * Where a file goes, and which configs are added to the card for that. One table needs none, nor do splits
 * that are told by the names of their files; a further table gets one, and so does what was there without.
 */
function planOf({ path, config, split }: Args, { card = '', dataFiles }: DatasetState): Plan {
  const name = nameIn(path);
  const others = dataFiles.filter((one) => one !== name);
  const listed = configsOf(card);
  const isPlain =
    config === undefined &&
    split === undefined &&
    listed === undefined &&
    (others.length === 0 || dataFiles.includes(name) || splitNamed(name) !== undefined);
  if (isPlain) return { ok: true, path: name, config: 'default', configs: [] };
  const own = config ?? configNamed(name);
  const at = config === undefined ? name : `${config}/${name}`;
  const added = { config: own, split: split ?? splitNamed(name) ?? 'train', paths: [at] };
  const unlisted = listed === undefined ? configsForUnlisted(dataFiles.filter((one) => one !== at)) : [];
  if (unlisted.length > MOST_UNLISTED) {
    return {
      ok: false,
      reason: `There are ${unlisted.length} tables in the dataset that no config lists: add configs to its card first.`,
    };
  }
  const taken = unlisted.find((one) => one.config === own && one.split === added.split);
  return taken === undefined
    ? { ok: true, path: at, config: own, configs: [...unlisted, added] }
    : {
        ok: false,
        reason: `${taken.paths.join(', ')} would be the split ${taken.split} of the config ${own} as well: choose another config.`,
      };
}

/** A card has no room for more. */
const MOST_UNLISTED = 8;

/** Facts of a request about configs that would be added. */
const configFacts = (configs: readonly ConfigSplit[]): ApprovalRequest['facts'] =>
  configs.map(({ config, split, paths }) => ({
    label: `${CONFIG}${config}`,
    value: `${split}: ${paths.join(', ')}`,
  }));

const CONFIG = 'Config ';

/** Whether people have been asked about these configs, and about no others. */
function isAsAsked(configs: readonly ConfigSplit[], approved: ApprovalRequest | undefined): boolean {
  const asked = approved?.facts.filter(({ label }) => label.startsWith(CONFIG));
  return isDeepStrictEqual(asked, configFacts(configs));
}

const OTHER_CONFIGS =
  'The dataset has changed since people approved it, and other configs would be added to its card. Ask again.';

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
    `Load it with load_dataset(${name}). The dataset viewer needs a few minutes before hf_inspect_dataset shows it; what is in the file:`,
    `${rows.toLocaleString('en')} rows; columns: ${columns.join(', ')}`,
    ...notes,
    ...first.slice(0, SAMPLE_ROWS).map((row, i) => `Row ${i + 1}: ${capped(row, 600)}`),
  ].join('\n');
}
