import { z } from 'zod';
import type { DatasetsServer, Looked } from '../hub/datasets.ts';
import { pageOf } from '../hub/paths.ts';
import { capped, table } from '../lib/output.ts';
import { type DatasetFiles, lookAtFiles } from './dataset-files.ts';
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

export function hfInspectDatasetTool(server: DatasetsServer, files: DatasetFiles, hubUrl: string): Tool {
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
        const found = await fromItsFiles(files, dataset, sample_rows, signal);
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
