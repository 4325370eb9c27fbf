import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubRepoTools } from '../../src/tools/hub-repos.ts';
import { HubDouble } from '../doubles/hub.ts';
import { toolContext } from '../support/tool-context.ts';

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
  hub.repos.add('dataset', 'acme/reviews', {
    'README.md': '# Reviews\nOf films.',
    'data/train.csv': 'a,b\n1,2\n',
  });
  Object.assign(hub.repos.find('dataset', 'acme/reviews') ?? {}, {
    tags: ['language:en', 'arxiv:2401.00001'],
  });
  hub.repos.add('model', 'acme/bert-tiny', { 'config.json': '{}', 'model.safetensors': 'a\0b' });
  Object.assign(hub.repos.find('model', 'acme/bert-tiny') ?? {}, { tags: ['text-classification'] });
});
afterEach(() => hub.close());

async function run(name: string, args: object) {
  const tool = hubRepoTools(createHubRepos(hub.url, 'hf_test'), 'https://huggingface.co').find(
    (item) => item.name === name,
  );
  const prepared = tool?.prepare(JSON.stringify(args));
  if (!prepared?.ok) throw new Error(prepared?.error ?? 'no such tool');
  return prepared.call.run(toolContext);
}

describe('hub_search', () => {
  test('finds by words, owner and tags, as a table with links', async () => {
    const found = await run('hub_search', { kind: 'dataset', query: 'review', tags: ['language:en'] });
    expect(found).toMatchObject({
      kind: 'done',
      output: expect.stringContaining('[acme/reviews](https://huggingface.co/datasets/acme/reviews)'),
    });
    const models = await run('hub_search', { kind: 'model', owner: 'acme' });
    expect(models).toMatchObject({
      output: expect.stringContaining('| text-classification | 1234 | 56 | 2026-11-01 |'),
    });
  });

  test('says so where nothing fits, and what to change', async () => {
    const found = await run('hub_search', { kind: 'space', query: 'Übersetzung 翻訳 '.repeat(5) });
    expect(found).toMatchObject({ kind: 'done', output: expect.stringContaining('No space fits') });
  });

  test('refuses arguments that are not right with what to mend', async () => {
    await expect(run('hub_search', { kind: 'paper' })).rejects.toThrow('kind');
    await expect(run('hub_search', { kind: 'model', limit: 500 })).rejects.toThrow('limit');
  });
});

describe('hub_repo_details', () => {
  test('shows facts, tags, files and the card', async () => {
    const { output } = (await run('hub_repo_details', { kind: 'dataset', id: 'acme/reviews' })) as {
      output: string;
    };
    for (const part of [
      '1,234 downloads',
      'language:en',
      'data/',
      'README.md (19 B)',
      'Of films.',
      'private',
    ]) {
      expect(output).toContain(part);
    }
  });

  test('of what is not there says where to look', async () => {
    expect(await run('hub_repo_details', { kind: 'model', id: 'acme/nothing' })).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('hub_search'),
    });
  });
});

describe('hf_repo_files', () => {
  test('lists folders and reads text with line numbers', async () => {
    const at = { kind: 'dataset', id: 'acme/reviews' };
    expect(await run('hf_repo_files', { operation: 'list', ...at })).toMatchObject({
      output: 'data/\nREADME.md (19 B)',
    });
    expect(await run('hf_repo_files', { operation: 'list', ...at, path: 'data' })).toMatchObject({
      output: 'data/train.csv (8 B)',
    });
    expect(
      await run('hf_repo_files', { operation: 'read', ...at, path: 'data/train.csv', offset: 2 }),
    ).toMatchObject({
      output: '2\t1,2\n3\t',
    });
  });

  test('of a large repository and a large file shows a part, and says how to get the rest', async () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`f${i}.txt`, 'x']));
    hub.repos.add('model', 'acme/many', { ...many, 'long.txt': 'line\n'.repeat(200_000) });
    const list = await run('hf_repo_files', { operation: 'list', id: 'acme/many' });
    expect(list).toMatchObject({ output: expect.stringContaining('… and more') });
    const read = await run('hf_repo_files', { operation: 'read', id: 'acme/many', path: 'long.txt' });
    expect(read).toMatchObject({
      output: expect.stringMatching(/read on with offset 501\)\n\(only the first 400.0 kB of 1.0 MB/),
    });
  });

  test('binary files, missing files and a missing path are clear refusals', async () => {
    const at = { operation: 'read', kind: 'model', id: 'acme/bert-tiny' };
    expect(await run('hf_repo_files', { ...at, path: 'model.safetensors' })).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('no text file'),
    });
    expect(await run('hf_repo_files', { ...at, path: 'nope.txt' })).toMatchObject({ kind: 'failed' });
    expect(await run('hf_repo_files', at)).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('path'),
    });
  });
});
