import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDatasetsServer } from '../../src/hub/datasets.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubToken } from '../../src/hub/token.ts';
import { hfInspectDatasetTool } from '../../src/tools/hf-inspect-dataset.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { runTool } from '../support/tool-context.ts';

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
});
afterEach(() => hub.close());

async function outputOf(tool: Tool, args: object): Promise<string> {
  const result = await runTool([tool], tool.name, args);
  return 'output' in result ? result.output : result.kind;
}

describe('hf_inspect_dataset', () => {
  const tool = () =>
    hfInspectDatasetTool(
      createDatasetsServer(hub.url, hubToken('hf_x')),
      { repos: createHubRepos(hub.url, hubToken('hf_x')), apart: parseApart },
      hub.url,
    );

  test('tells splits, sizes, columns, rows and what the columns fit', async () => {
    const output = await outputOf(tool(), { dataset: 'stanfordnlp/imdb', sample_rows: 2 });
    for (const part of ['plain_text/train', 'train: 25,000 rows', 'train 21.0 MB', 'Row 2:', 'SFT (text)']) {
      expect(output).toContain(part);
    }
    expect(output).not.toContain('Row 3');
  });

  test.each([
    [{ dataset: 'no/such' }, 'private or gated'],
    [{ dataset: 'stanfordnlp/imdb', split: 'dev' }, 'There are: plain_text/train, plain_text/test'],
  ])('%j is a failure that says what to do', async (args, expected) => {
    expect(await outputOf(tool(), args)).toContain(expected);
  });

  test('what is not available is said, and the rest is shown', async () => {
    hub.faults.push({ path: /parquet/, status: 500, error: 'Server busy' });
    const output = await outputOf(tool(), { dataset: 'stanfordnlp/imdb' });
    expect(output).toContain('Parquet: not available (Server busy)');
    expect(output).toContain('25,000 rows');
  });

  test('what the viewer does not have yet is read from the files', async () => {
    hub.repos.add('dataset', 'ada/fresh', {
      'README.md': '# Fresh',
      'data/test.csv': 'prompt,completion\nx,y\n',
      'data/train.jsonl':
        '{"prompt": "a", "chosen": "b", "rejected": "c"}\n{"prompt": "d", "chosen": "e", "rejected": "f"}\n',
    });
    const output = await outputOf(tool(), { dataset: 'ada/fresh', sample_rows: 1 });
    for (const part of [
      'does not have it',
      '- data/test.csv',
      '## data/train.jsonl\n2 rows; columns: prompt, chosen, rejected',
      'DPO (prompt + chosen + rejected)',
      'Row 1: {"prompt":"a"',
    ]) {
      expect(output).toContain(part);
    }
    expect(output).not.toContain('Row 2');
    hub.repos.add('dataset', 'ada/empty', { 'README.md': '# Empty' });
    expect(await outputOf(tool(), { dataset: 'ada/empty' })).toContain('no CSV, JSON or Parquet files');
    hub.repos.add('dataset', 'ada/broken', { 'train.json': '[{"a": 1}' });
    expect(await outputOf(tool(), { dataset: 'ada/broken' })).toContain('half-written');
  });

  test('a rate limit is said as such', async () => {
    hub.faults.push({ path: /is-valid/, status: 429 });
    expect(await outputOf(tool(), { dataset: 'stanfordnlp/imdb' })).toContain('wait a minute');
  });
});
