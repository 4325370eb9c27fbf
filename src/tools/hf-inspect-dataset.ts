import { z } from 'zod';
import type { DatasetsServer, Looked } from '../hub/datasets.ts';
import { pageOf } from '../hub/paths.ts';
import type { HubRepos } from '../hub/repos.ts';
import { capped, table } from '../lib/output.ts';
import type { ParseApart } from '../parse-apart/parse-apart.ts';
import { readDataFile } from './data-file.ts';
import { defineTool, type Tool, type ToolResult } from './tool.ts';

const Arguments = z.strictObject({
  dataset: z.string().min(1).max(200).describe('Dataset id on the Hub, e.g. "stanfordnlp/imdb".'),
  config: z.string().min(1).optional().describe('Configuration; the first one by default.'),
  split: z.string().min(1).optional().describe('Split; "train" or else the first one by default.'),
  sample_rows: z.number().int().min(1).max(10).default(3).describe('Rows to show.'),
});

/** Columns that trainers of TRL look for: https://huggingface.co/docs/trl/dataset_formats. */
const TRAINING_FORMATS: readonly { method: string; columns: readonly (readonly string[])[] }[] = [
  { method: 'SFT', columns: [['messages'], ['text'], ['prompt', 'completion']] },
  { method: 'DPO', columns: [['prompt', 'chosen', 'rejected']] },
  { method: 'GRPO', columns: [['prompt']] },
];

const CELL_CHARACTERS = 300;

/** Files of datasets that the viewer does not have (yet): how to list, fetch and read them. */
type Files = { repos: Pick<HubRepos, 'files' | 'read'>; apart: ParseApart };

export function hfInspectDatasetTool(server: DatasetsServer, files: Files, hubUrl: string): Tool {
  return defineTool({
    name: 'hf_inspect_dataset',
    description:
      'Look at a dataset on the Hugging Face Hub before using it: whether it can be read, its configs and splits, columns and types, a few rows, sizes, and which training methods (SFT, DPO, GRPO) its columns fit. What the dataset viewer does not have yet is read from the files.',
    schema: Arguments,
    isReadOnly: true,
    research: true,
    sourceOf: ({ dataset }) => pageOf(hubUrl, 'dataset', dataset),
    summary: ({ dataset }) => dataset,
    async run({ dataset, config, split, sample_rows }, { signal }) {
      const fromFiles = async (reason: string): Promise<ToolResult> => {
        const found = await lookAtFiles(files, dataset, sample_rows, signal);
        return found.ok
          ? {
              kind: 'done',
              output: `# ${dataset}\n\nThe dataset viewer does not have it: ${reason}. This is from its files.\n\n${found.value}`,
            }
          : { kind: 'failed', output: `${dataset} can't be inspected: ${reason}. ${found.reason}` };
      };
      const valid = await server.get('/is-valid', { dataset }, signal);
      if (!valid.ok) return fromFiles(valid.reason);
      const splits = await server.get('/splits', { dataset }, signal);
      if (!splits.ok) return fromFiles(splits.reason);
      const chosen = choose(splits.value.splits, config, split);
      if (!chosen.ok) return { kind: 'failed', output: `${dataset}: ${chosen.reason}` };
      const [info, rows, parquet] = await Promise.all([
        server.get('/info', { dataset, config: chosen.config }, signal),
        server.get('/first-rows', { dataset, config: chosen.config, split: chosen.split }, signal),
        server.get('/parquet', { dataset, config: chosen.config }, signal),
      ]);
      if (!rows.ok) return fromFiles(rows.reason);
      const sections = [
        `# ${dataset}`,
        `Viewer: ${valid.value.viewer ? 'full' : valid.value.preview ? 'preview only' : 'none'}`,
        `Splits: ${splits.value.splits.map((s) => `${s.config}/${s.split}`).join(', ')}`,
        info.ok ? exampleCounts(info.value) : `Sizes: not available (${info.reason})`,
        parquet.ok ? parquetSizes(parquet.value) : `Parquet: not available (${parquet.reason})`,
        `## ${chosen.config}/${chosen.split}`,
        rowsOf(rows.value, sample_rows),
      ];
      return { kind: 'done', output: sections.filter((section) => section !== '').join('\n\n') };
    },
  });
}

const FILES = 500;
const LISTED = 20;
/** Of one file that is read; of a larger table its beginning. */
const FILE_BYTES = 20_000_000;
const HEAD_BYTES = 1_000_000;

/** Columns and rows of a dataset as its files have them, the first that can be read. */
async function lookAtFiles(
  from: Files,
  dataset: string,
  sampleRows: number,
  signal: AbortSignal,
): Promise<Looked<string>> {
  const at = { kind: 'dataset' as const, id: dataset };
  const listed = await from.repos.files({ ...at, recursive: true }, FILES, signal);
  if (!listed.ok) return listed;
  const files = listed.value.files.filter(({ path, isFolder }) => !isFolder && DATA_FILE.test(path));
  if (files.length === 0)
    return { ok: false, reason: 'It has no CSV, JSON or Parquet files that could be read instead.' };
  const list = files.slice(0, LISTED).map(({ path, size }) => `- ${path} (${(size / 1e6).toFixed(1)} MB)`);
  const more = files.length > LISTED ? [`- … and ${files.length - LISTED} more`] : [];
  const [file] = [...files].sort(
    (a, b) => Number(isTrain(b.path)) - Number(isTrain(a.path)) || a.size - b.size,
  );
  const seen = file && (await rowsOfFile(from, dataset, file, sampleRows, signal));
  return { ok: true, value: [`Files:\n${[...list, ...more].join('\n')}`, seen ?? ''].join('\n\n') };
}

const DATA_FILE = /\.(csv|tsv|jsonl?|ndjson|parquet)$/i;
const isTrain = (path: string): boolean => /train/i.test(path);

async function rowsOfFile(
  { repos, apart }: Files,
  dataset: string,
  { path, size }: { path: string; size: number },
  sampleRows: number,
  signal: AbortSignal,
): Promise<string> {
  const isWhole = size <= FILE_BYTES;
  const byLines = /\.(csv|tsv|jsonl|ndjson)$/i.test(path);
  if (!isWhole && !byLines) return `${path} is too large to be read here: load it in a job.`;
  const read = await repos.read(
    { kind: 'dataset', id: dataset, path },
    isWhole ? FILE_BYTES : HEAD_BYTES,
    signal,
  );
  if (!read.ok) return `${path} could not be read: ${read.reason}`;
  const { bytes } = read.value;
  const whole = isWhole ? bytes : bytes.subarray(0, bytes.lastIndexOf(10) + 1);
  const data = await readDataFile(apart, path, whole, signal);
  if (!data.ok) return `${path} can't be used as it is: ${data.reason}.`;
  return [
    `## ${path}\n${data.rows.toLocaleString('en')} rows${isWhole ? '' : ' in its first MB'}; columns: ${data.columns.join(', ')}`,
    trainingFit(data.columns),
    ...data.first.slice(0, sampleRows).map((row, i) => `Row ${i + 1}: ${row}`),
  ].join('\n\n');
}

type Split = { config: string; split: string };

function choose(
  splits: readonly Split[],
  config: string | undefined,
  split: string | undefined,
): ({ ok: true } & Split) | { ok: false; reason: string } {
  const inConfig = splits.filter((s) => config === undefined || s.config === config);
  const found =
    split === undefined
      ? (inConfig.find((s) => s.split === 'train') ?? inConfig[0])
      : inConfig.find((s) => s.split === split);
  if (found !== undefined) return { ok: true, ...found };
  const there = splits.map((s) => `${s.config}/${s.split}`).join(', ') || 'none';
  return {
    ok: false,
    reason: `there is no ${config ?? '(any config)'}/${split ?? '(any split)'}. There are: ${there}`,
  };
}

function exampleCounts(info: {
  dataset_info: { splits?: Record<string, { num_examples?: number | undefined }> | undefined };
}): string {
  const splits = Object.entries(info.dataset_info.splits ?? {});
  const known = splits.filter(([, s]) => s.num_examples !== undefined);
  return known.map(([name, s]) => `${name}: ${s.num_examples?.toLocaleString('en')} rows`).join(', ');
}

function parquetSizes(parquet: { parquet_files: { split: string; size: number }[] }): string {
  const sizes = new Map<string, { bytes: number; files: number }>();
  for (const { split, size } of parquet.parquet_files) {
    const sum = sizes.get(split) ?? { bytes: 0, files: 0 };
    sizes.set(split, { bytes: sum.bytes + size, files: sum.files + 1 });
  }
  const parts = [...sizes].map(
    ([split, s]) => `${split} ${(s.bytes / 1e6).toFixed(1)} MB in ${s.files} file(s)`,
  );
  return parts.length > 0 ? `Parquet: ${parts.join(', ')}` : '';
}

function rowsOf(
  first: { features: { name: string; type?: unknown }[]; rows: { row: Record<string, unknown> }[] },
  count: number,
): string {
  const columns = first.features.map((feature) => feature.name);
  return [
    table(
      ['column', 'type'],
      first.features.map((feature) => [feature.name, JSON.stringify(feature.type) ?? 'unknown']),
    ),
    trainingFit(columns),
    ...first.rows
      .slice(0, count)
      .map(({ row }, i) => `Row ${i + 1}: ${JSON.stringify(row, (_key, value) => shortened(value))}`),
  ].join('\n\n');
}

const shortened = (value: unknown) => (typeof value === 'string' ? capped(value, CELL_CHARACTERS) : value);

function trainingFit(columns: readonly string[]): string {
  const fits = TRAINING_FORMATS.flatMap(({ method, columns: alternatives }) => {
    const match = alternatives.find((wanted) => wanted.every((name) => columns.includes(name)));
    return match ? [`${method} (${match.join(' + ')})`] : [];
  });
  return fits.length > 0
    ? `Fits without changes: ${fits.join(', ')}.`
    : 'Fits none of SFT, DPO or GRPO as it is: columns have to be renamed or made.';
}
