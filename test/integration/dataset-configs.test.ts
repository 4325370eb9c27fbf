import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createDatasetPush } from '../../src/hub/dataset-push.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubToken } from '../../src/hub/token.ts';
import { hfDatasetPushTool } from '../../src/tools/hf-dataset-push.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { toolContext } from '../support/tool-context.ts';

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
});
afterEach(() => hub.close());

const ROWS = 'text,label\ngood,1\nbad,0\n';

/** Proposes a push, approves what people are asked, and makes it. */
async function pushed(
  args: { path: string; config?: string; split?: string },
  meanwhile: () => void = () => {},
) {
  const token = hubToken('hf_token');
  const tool = hfDatasetPushTool({
    push: createDatasetPush(hub.url, token),
    repos: createHubRepos(hub.url, token),
    apart: parseApart,
    fileAt: async () => ({ ok: true, bytes: Buffer.from(ROWS) }),
  });
  const call = tool.prepare(JSON.stringify({ dataset: 'ada/rows', ...args }));
  if (!call.ok) throw new Error(call.error);
  const request = await call.call.approval(toolContext);
  meanwhile();
  const result = await call.call.run({ ...toolContext, approved: request });
  return { request, output: 'output' in result ? result.output : result.kind, kind: result.kind };
}

const repo = () => hub.repos.find('dataset', 'ada/rows');
const card = () => repo()?.files.get('README.md')?.toString() ?? '';
const configs = () => parse(/^---\n([\s\S]*?)\n---\n/.exec(card())?.[1] ?? '')?.configs;

describe('several tables in one dataset', () => {
  test('get a config each, the first one too, and people are asked about both', async () => {
    await pushed({ path: 'reviews.csv' });
    expect(configs()).toBeUndefined(); // one table needs none
    const { request, output } = await pushed({ path: 'labels.csv' });
    expect(request?.facts).toContainEqual({ label: 'Config reviews', value: 'train: reviews.csv' });
    expect(request?.facts).toContainEqual({ label: 'Config labels', value: 'train: labels.csv' });
    expect(output).toContain('load_dataset("ada/rows", "labels")');
    expect(configs()).toEqual([
      { config_name: 'reviews', data_files: [{ split: 'train', path: 'reviews.csv' }] },
      { config_name: 'labels', data_files: [{ split: 'train', path: 'labels.csv' }] },
    ]);
    await pushed({ path: 'reviews.csv', config: 'reviews', split: 'test' });
    expect(configs()?.[0]).toEqual({
      config_name: 'reviews',
      data_files: [
        { split: 'train', path: 'reviews.csv' },
        { split: 'test', path: 'reviews/reviews.csv' },
      ],
    });
    expect([...(repo()?.files.keys() ?? [])].sort()).toEqual(
      ['.gitattributes', 'README.md', 'labels.csv', 'reviews.csv', 'reviews/reviews.csv'].filter((path) =>
        repo()?.files.has(path),
      ),
    );
  });

  test('leave what else the card says, and its text, as they are', async () => {
    const text = '---\nlicense: mit # ours\nsize_categories:\n- n<1K\n---\n# Rows\n\nWritten by hand.\n';
    hub.repos.add('dataset', 'ada/rows', { 'README.md': text });
    await pushed({ path: 'a.csv', config: 'a', split: 'train' });
    expect(card()).toContain('license: mit # ours\nsize_categories:\n- n<1K\nconfigs:');
    expect(card().endsWith('---\n# Rows\n\nWritten by hand.\n')).toBe(true);
  });

  test('need none where files are named after splits', async () => {
    await pushed({ path: 'train.csv' });
    await pushed({ path: 'test.csv' });
    await pushed({ path: 'train.csv' }); // the same again
    expect(configs()).toBeUndefined();
  });

  test('are refused where the card can’t be added to, and nothing is pushed', async () => {
    hub.repos.add('dataset', 'ada/rows', { 'README.md': '---\nconfigs: all\n---\n' });
    const { kind, output } = await pushed({ path: 'a.csv', config: 'a' });
    expect([kind, output]).toEqual(['failed', expect.stringContaining('Nothing was pushed to ada/rows')]);
    expect(repo()?.files.has('a/a.csv')).toBe(false);
  });

  test('are asked about anew where the dataset has changed since', async () => {
    await pushed({ path: 'a.csv' });
    const { kind, output } = await pushed({ path: 'b.csv' }, () =>
      repo()?.files.set('c.csv', Buffer.from(ROWS)),
    );
    expect([kind, output]).toEqual([
      'failed',
      expect.stringContaining('has changed since people approved it'),
    ]);
    expect(repo()?.files.has('b.csv')).toBe(false);
  });
});
