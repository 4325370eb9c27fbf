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

/** Three rows of text and label, as hyparquet-writer writes them. */
const PARQUET = [
  'UEFSMRUGFUAVQFwVBhUAFQYVABUEFQAAAAMHBgAAAGEgYm9hdAYAAABhbiBvYXIGAAAAYSBkb2NrFQYVHBUcXBUGFQAVBhUA',
  'FQQVAAAAAwcAAAAAAQAAAAEAAAAVBBk8SARyb290FQQAFQwlAhgEdGV4dCUAABUCJQIYBWxhYmVsABYGGRwZLCYIHBUMGRUA',
  'GRgEdGV4dBUAFgYWahZqJgg8NgAoBmFuIG9hchgGYSBib2F0ABkcFQYVABUCAAAAJnIcFQIZFQAZGAVsYWJlbBUAFgYWRhZG',
  'JnI8NgAoBAEAAAAYBAAAAAAAGRwVBhUAFQIAAAAWsAEWBjawAQAoCWh5cGFycXVldBksHAAAHAAAALYAAABQQVIx',
].join('');

describe('hf_inspect_dataset', () => {
  const tool = () =>
    hfInspectDatasetTool(
      createDatasetsServer(hub.url, hubToken('hf_x')),
      { repos: createHubRepos(hub.url, hubToken('hf_x')), apart: parseApart },
      hub.url,
    );

  test('tells splits, sizes, columns, rows and what the columns fit', async () => {
    const output = await outputOf(tool(), { dataset: 'stanfordnlp/imdb', sample_rows: 2 });
    for (const part of [
      'plain_text/train',
      'train: 25,000 rows',
      'train 21.0 MB',
      'Row 2:',
      'SFT (plain text), by text',
    ]) {
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
      'DPO, ORPO, CPO and reward models (preference), by prompt + chosen + rejected',
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

  test('of a large Parquet file the footer is read, and its first rows where these are small', async () => {
    const file = Buffer.from(PARQUET, 'base64');
    const footer = file.subarray(file.length - 8 - file.readUInt32LE(file.length - 8));
    const rows = file.subarray(0, file.length - footer.length);
    const room = Buffer.alloc(25_000_000);
    hub.repos.add('dataset', 'ada/large', { 'train.parquet': Buffer.concat([rows, room, footer]) });
    const output = await outputOf(tool(), { dataset: 'ada/large' });
    expect(output).toContain(
      '## train.parquet\n3 rows (of 25.0 MB its footer was read); columns: text, label',
    );
    expect(output).toContain('Row 1: {"text":"a boat","label":0}');
    hub.repos.add('dataset', 'ada/cut', { 'train.parquet': Buffer.concat([rows, room]) });
    expect(await outputOf(tool(), { dataset: 'ada/cut' })).toContain(
      "train.parquet can't be used as it is: it is cut off",
    );
  });

  test('a rate limit is said as such', async () => {
    hub.faults.push({ path: /is-valid/, status: 429 });
    expect(await outputOf(tool(), { dataset: 'stanfordnlp/imdb' })).toContain('wait a minute');
  });
});
