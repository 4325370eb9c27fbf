import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDatasetsServer } from '../../src/hub/datasets.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubToken } from '../../src/hub/token.ts';
import { hfInspectDatasetTool } from '../../src/tools/hf-inspect-dataset.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { ROOT } from '../support/root.ts';
import { runTool } from '../support/tool-context.ts';

/*
 * What the dataset viewer answers of datasets of every kind (https://huggingface.co/docs/dataset-viewer, its
 * OpenAPI description), and what has to be told of it.
 */
type Answer = { status?: number; code?: string; json?: unknown; text?: string; for?: string };
type Case = {
  kind: string;
  name: string;
  dataset?: string;
  args?: object;
  /** Answers of the viewer in place of those of a dataset that has nothing special. */
  viewer?: Record<string, Answer>;
  /** So many configs, each with one split. */
  configs?: number;
  /** First rows that are too large to be written down. */
  make?: keyof typeof MADE;
  gated?: 'auto' | 'manual';
  private?: boolean;
  moved?: boolean;
  has: string[];
  lacks?: string[];
  atMost?: number;
};

const CASES = JSON.parse(readFileSync(join(ROOT, 'test/corpora/datasets.json'), 'utf8')) as Case[];
const AT = { dataset: 'ada/boats', config: 'en', split: 'train' };
const value = { dtype: 'string', _type: 'Value' };
const rows = (row: object, type: (name: string) => object = () => value) => ({
  ...AT,
  features: Object.keys(row).map((name, feature_idx) => ({ feature_idx, name, type: type(name) })),
  rows: [{ row_idx: 0, row, truncated_cells: [] }],
  truncated: false,
});
const MADE = {
  numbers: () => rows({ embedding: Array.from({ length: 8_000 }, (_, i) => i) }),
  nested: () => rows({ grid: Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => [1, 2])) }),
  long: () => rows({ text: 'word '.repeat(100_000) }),
  wide: () => rows(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`c${i}`, 'x'.repeat(500)]))),
  labels: () =>
    rows({ label: 3 }, () => ({
      names: Array.from({ length: 1_000 }, (_, i) => `name ${i}`),
      _type: 'ClassLabel',
    })),
};
const USUAL: Readonly<Record<string, unknown>> = {
  '/is-valid': { preview: true, viewer: true, search: true, filter: true, statistics: true },
  '/splits': { splits: [AT], pending: [], failed: [] },
  '/info': { dataset_info: { splits: { train: { num_examples: 2 } } }, partial: false },
  '/parquet': { parquet_files: [], pending: [], failed: [], partial: false },
  '/first-rows': rows({ text: 'a boat' }),
  '/statistics': { num_examples: 2, statistics: [], partial: false },
};

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
});
afterEach(() => hub.close());

/** The answer of the viewer to each of its routes. */
function script({ viewer = {}, configs, make }: Case): void {
  for (const [path, usual] of Object.entries(USUAL)) {
    const many = Array.from({ length: configs ?? 0 }, (_, i) => ({ ...AT, config: `c${i}` }));
    const own = path === '/splits' && configs ? { splits: many, pending: [], failed: [] } : usual;
    const made = path === '/first-rows' && make ? MADE[make]() : own;
    hub.pages.instead.set(path, ({ url = '' }) => {
      const { searchParams } = new URL(url, hub.url);
      const answer = viewer[path];
      const isMeant = answer?.for === undefined || answer.for === searchParams.get('dataset');
      const { status = 200, code, json = made, text }: Answer = (isMeant && answer) || {};
      return {
        status,
        headers: {
          'content-type': text === undefined ? 'application/json' : 'text/plain',
          ...(code ? { 'x-error-code': code } : {}),
        },
        body: text ?? JSON.stringify(json),
      };
    });
  }
}

describe.each(Object.entries(Object.groupBy(CASES, ({ kind }) => kind)))(
  'datasets: %s',
  (_kind, cases = []) => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
      script(one);
      const repo = hub.repos.add('dataset', 'ada/boats', { 'train.csv': 'a,b\n1,2\n' });
      if (one.gated) repo.gated = one.gated;
      if (one.private) repo.visibility = 'private';
      if (one.moved) hub.repos.moved.set('old/boats', 'ada/boats');
      const token = hubToken('hf_x');
      const files = { repos: createHubRepos(hub.url, token), apart: parseApart };
      const tool = hfInspectDatasetTool(createDatasetsServer(hub.url, token), files, hub.url);
      const result = await runTool([tool], tool.name, { dataset: one.dataset ?? 'ada/boats', ...one.args });
      const output = 'output' in result ? result.output : result.kind;
      for (const part of one.has) expect(output).toContain(part);
      for (const part of one.lacks ?? []) expect(output).not.toContain(part);
      if (one.atMost !== undefined) expect(output.length).toBeLessThan(one.atMost);
    });
  },
);
