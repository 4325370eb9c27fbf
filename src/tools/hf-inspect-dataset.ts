import { z } from 'zod';
import type { DatasetsServer, Looked, ViewerAnswer } from '../hub/datasets.ts';
import { pageOf } from '../hub/paths.ts';
import type { HubRepos, RepoEntry } from '../hub/repos.ts';
import { cut } from '../lib/cut.ts';
import { auditText } from './dataset-audit.ts';
import { type DatasetFiles, lookAtFiles } from './dataset-files.ts';
import { rowsText, some, statisticsText } from './dataset-rows.ts';
import { step } from './steps.ts';
import { defineTool, type Tool, type ToolResult } from './tool.ts';
import { trainingFit } from './training-formats.ts';

const Arguments = z.strictObject({
  dataset: z.string().min(1).max(200).describe('Dataset id on the Hub, e.g. "stanfordnlp/imdb".'),
  config: z.string().min(1).max(500).optional().describe('Configuration; the first one by default.'),
  split: z.string().min(1).max(500).optional().describe('Split; "train" or else the first one by default.'),
  sample_rows: z.number().int().min(1).max(10).default(3).describe('Rows to show.'),
});

/** What is known of a dataset besides what the viewer has: its access, its name, its files. */
type Files = DatasetFiles & { repos: Pick<HubRepos, 'details'> };

export function hfInspectDatasetTool(server: DatasetsServer, files: Files, hubUrl: string): Tool {
  return defineTool({
    name: 'hf_inspect_dataset',
    description:
      'Look at a dataset on the Hugging Face Hub before using it: whether it can be read, its configs and splits, columns and types, a few rows, sizes, how values and labels are spread, rows that are there twice, who speaks in conversations, and which trainers (SFT, DPO, KTO, reward, GRPO) take its columns, or how to convert them. What the dataset viewer does not have yet is read from the files.',
    schema: Arguments,
    isReadOnly: true,
    research: true,
    sourceOf: ({ dataset }) => pageOf(hubUrl, 'dataset', dataset),
    shows: ({ dataset }) => ({ kind: 'dataset', text: dataset }),
    summary: ({ dataset }) => dataset,
    step: ({ dataset }) => step('look at', dataset),
    async run(args, { signal }) {
      return inspect({ server, files, hubUrl }, args, signal);
    },
  });
}

type Sources = { server: DatasetsServer; files: Files; hubUrl: string };
type Args = z.infer<typeof Arguments>;

async function inspect(from: Sources, args: Args, signal: AbortSignal): Promise<ToolResult> {
  const seen = await fromViewer(from.server, args, signal);
  if (seen.ok) return { kind: 'done', output: seen.value };
  if (seen.isWrongName) return { kind: 'failed', output: `${args.dataset}: ${seen.reason}` };
  const { dataset } = args;
  const known = await from.files.repos.details('dataset', dataset, signal);
  const name = known.ok ? known.value.id : dataset;
  if (name.toLowerCase() !== dataset.toLowerCase()) {
    const found = await inspect(from, { ...args, dataset: name }, signal);
    const moved = `${dataset} has moved: it is called ${name} now. Use that name.`;
    return 'output' in found ? { ...found, output: `${moved}\n\n${found.output}` } : found;
  }
  const access = known.ok ? accessNote(known.value, pageOf(from.hubUrl, 'dataset', dataset)) : '';
  const found = await fromItsFiles(from.files, dataset, args.sample_rows, signal);
  const why = [`The dataset viewer does not have it: ${seen.reason}.`, access].filter(Boolean).join(' ');
  return found.ok
    ? { kind: 'done', output: `# ${dataset}\n\n${why} This is from its files.\n\n${found.value}` }
    : {
        kind: 'failed',
        output: `${dataset} can't be inspected: ${[`${seen.reason}.`, access, found.reason].filter(Boolean).join(' ')}`,
      };
}

/** What has to be done for a dataset that not everybody may read. */
function accessNote({ gated, isPrivate }: Pick<RepoEntry, 'gated' | 'isPrivate'>, page: string): string {
  if (gated === 'auto')
    return `It is gated: whoever owns our token has to agree to its conditions at ${page}, and has access at once.`;
  if (gated === 'manual')
    return `It is gated: whoever owns our token has to ask for access at ${page}, and its owners decide.`;
  return isPrivate ? 'It is private.' : '';
}

type Seen = { ok: true; value: string } | { ok: false; reason: string; isWrongName?: boolean };

/** What the viewer tells of a dataset. */
async function fromViewer(server: DatasetsServer, args: Args, signal: AbortSignal): Promise<Seen> {
  const { dataset, sample_rows } = args;
  const valid = await server.get('/is-valid', { dataset }, signal);
  if (!valid.ok) return valid;
  const splits = await server.get('/splits', { dataset }, signal);
  if (!splits.ok) return splits;
  const missing = missingNote(splits.value);
  if (splits.value.splits.length === 0)
    return { ok: false, reason: missing || 'it has no splits that the viewer could find' };
  const chosen = choose(splits.value, args.config, args.split);
  if (!chosen.ok) return { ...chosen, isWrongName: !chosen.isWaiting };
  const { config, split } = chosen;
  const [info, rows, parquet, statistics] = await Promise.all([
    server.get('/info', { dataset, config }, signal),
    server.get('/first-rows', { dataset, config, split }, signal),
    server.get('/parquet', { dataset, config }, signal),
    valid.value.statistics ? server.get('/statistics', { dataset, config, split }, signal) : undefined,
  ]);
  if (!rows.ok) return rows;
  const sections = [
    `# ${dataset}`,
    `Viewer: ${valid.value.viewer ? 'full' : valid.value.preview ? 'preview only' : 'none'}`,
    `Splits: ${splitNames(splits.value.splits)}`,
    missing,
    info.ok ? exampleCounts(info.value) : `Sizes: not available (${info.reason})`,
    parquet.ok ? parquetSizes(parquet.value) : `Parquet: not available (${parquet.reason})`,
    `## ${config}/${split}`,
    rowsText(rows.value, sample_rows),
    trainingFit(rows.value.features.map(({ name }) => name)),
    auditText(rows.value.rows.map(({ row }) => row)),
    statistics?.ok ? statisticsText(statistics.value) : '',
  ];
  return { ok: true, value: sections.filter((section) => section !== '').join('\n\n') };
}

/** Columns and rows of a dataset as its files have them. */
async function fromItsFiles(
  files: DatasetFiles,
  dataset: string,
  sampleRows: number,
  signal: AbortSignal,
): Promise<Looked<string>> {
  const seen = await lookAtFiles(files, dataset, signal);
  if (!seen.ok) return seen;
  const { list, file } = seen.value;
  if (file === undefined) return { ok: true, value: list };
  const rows = file.first.slice(0, sampleRows).map((row, i) => `Row ${i + 1}: ${row}`);
  return { ok: true, value: [list, file.said, trainingFit(file.columns), ...rows].join('\n\n') };
}

type Splits = ViewerAnswer<'/splits'>;
type Split = Splits['splits'][number];

function choose(
  { splits, pending, failed }: Splits,
  config: string | undefined,
  split: string | undefined,
): ({ ok: true } & Split) | { ok: false; reason: string; isWaiting: boolean } {
  const inConfig = splits.filter((s) => config === undefined || s.config === config);
  const found =
    split === undefined
      ? (inConfig.find((s) => s.split === 'train') ?? inConfig[0])
      : inConfig.find((s) => s.split === split);
  if (found !== undefined) return { ok: true, ...found };
  const waits = (pending ?? []).some((one) => one.config === config);
  const broken = (failed ?? []).find((one) => one.config === config);
  if (waits) return { ok: false, isWaiting: true, reason: `the viewer is still at work on ${config}` };
  if (broken)
    return { ok: false, isWaiting: true, reason: `${config} failed: ${broken.error || 'no reason'}` };
  return {
    ok: false,
    isWaiting: false,
    reason: `there is no ${config ?? '(any config)'}/${split ?? '(any split)'}. There are: ${splitNames(inConfig.length > 0 ? inConfig : splits)}`,
  };
}

/** A dataset may have thousands of configs. */
const SPLITS = 40;

const splitNames = (splits: readonly Split[]): string =>
  some(
    splits.map(({ config, split }) => `${config}/${split}`),
    SPLITS,
  );

const NAMED = 10;

/** What the viewer does not have of a dataset, or not yet. */
function missingNote({ pending, failed }: Splits): string {
  const waiting = (pending ?? []).map(({ config, split }) => [config, split].filter(Boolean).join('/'));
  const broken = (failed ?? []).map(({ config, split, error }) => {
    const name = [config, split].filter(Boolean).join('/');
    return error ? `${name} (${cut(error, 200)})` : name;
  });
  return [
    waiting.length > 0 ? `Still being worked at by the viewer: ${some(waiting, NAMED)}` : '',
    broken.length > 0 ? `Failed in the viewer: ${some(broken, NAMED)}` : '',
  ]
    .filter(Boolean)
    .join('\n');
}

function exampleCounts({ dataset_info, partial }: ViewerAnswer<'/info'>): string {
  const counts = Object.entries(dataset_info.splits ?? {}).flatMap(([name, { num_examples: rows }]) =>
    rows === undefined || rows === null ? [] : [`${name}: ${rows.toLocaleString('en')} rows`],
  );
  return counts.length === 0 ? '' : `${some(counts, SPLITS)}${partial ? PARTIAL : ''}`;
}

const PARTIAL = ' (only of the beginning: the dataset is larger than the viewer converts)';

function parquetSizes({ parquet_files, partial }: ViewerAnswer<'/parquet'>): string {
  const sizes = new Map<string, { bytes: number; files: number }>();
  for (const { split, size } of parquet_files) {
    const sum = sizes.get(split) ?? { bytes: 0, files: 0 };
    sizes.set(split, { bytes: sum.bytes + size, files: sum.files + 1 });
  }
  const parts = [...sizes].map(
    ([split, s]) => `${split} ${(s.bytes / 1e6).toFixed(1)} MB in ${s.files} file(s)`,
  );
  return parts.length > 0 ? `Parquet: ${some(parts, SPLITS)}${partial ? PARTIAL : ''}` : '';
}
