import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRepoWrites } from '../../src/hub/repo-writes.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubToken } from '../../src/hub/token.ts';
import { hfRepoFilesTool } from '../../src/tools/hf-repo-files.ts';
import { hfRepoGitTool } from '../../src/tools/hf-repo-git/tool.ts';
import { hubRepoTools } from '../../src/tools/hub-repos.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { askedBy, runTool } from '../support/tool-context.ts';

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

let tools: Tool[];
beforeEach(() => {
  const hubUrl = 'https://huggingface.co';
  const repos = createHubRepos(hub.url, hubToken('hf_test'));
  const writes = createRepoWrites(hub.url, hubToken('hf_test'));
  const openFile = async (path: string) =>
    path === 'out/model.bin'
      ? {
          ok: true as const,
          content: new Blob([inSandbox]),
          sha256: createHash('sha256').update(inSandbox).digest('hex'),
        }
      : { ok: false as const, reason: `There is no ${path}.` };
  tools = [
    ...hubRepoTools(repos, hubUrl, () => false),
    hfRepoFilesTool({ repos, writes, openFile, apart: parseApart, hubUrl }),
    hfRepoGitTool(writes, hubUrl),
  ];
});
let inSandbox = 'weights';

const run = (name: string, args: object) => runTool(tools, name, args);
const asked = (name: string, args: object) => askedBy(tools, name, args);

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

  test('tells what a model is made of, and whether what is gated may be read', async () => {
    const id = 'acme/llama';
    const repo = hub.repos.add('model', id, {
      'README.md': '# A model',
      'config.json': JSON.stringify({ architectures: ['LlamaForCausalLM'], max_position_embeddings: 4_096 }),
    });
    repo.gated = 'manual';
    repo.known = {
      safetensors: { parameters: { BF16: 8_030_261_248 }, total: 8_030_261_248 },
      config: { architectures: ['LlamaForCausalLM'], model_type: 'llama' },
      cardData: { license: 'llama3.1', base_model: 'meta-llama/Llama-3.1-8B' },
    };
    const told = async () =>
      ((await run('hub_repo_details', { kind: 'model', id })) as { output: string }).output;
    for (const part of [
      'Parameters: 8.03B (BF16 8.03B, by the safetensors metadata)',
      'Architecture: LlamaForCausalLM (llama)',
      'Context length: 4,096 tokens (max_position_embeddings)',
      'Licence: llama3.1',
      'Base model: meta-llama/Llama-3.1-8B',
      'Access: gated, and the account that reads here has it.',
    ])
      expect(await told()).toContain(part);
    repo.isLetIn = false;
    const refused = await told();
    expect(refused).toContain('Access: gated, and the account that reads here can’t read config.json');
    expect(refused).toContain('Context length: unknown');
    expect(refused).toContain('Parameters: 8.03B'); // which the Hub tells everybody
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

  test('reads a file as what its bytes are, whatever it is called', async () => {
    const notebook = { nbformat: 4, cells: [{ cell_type: 'code', source: 'x = 1', outputs: [] }] };
    hub.repos.add('model', 'acme/odd', {
      'latin.txt': Buffer.from('Grüße aus München', 'latin1'),
      'photo.jpg': Buffer.from('\0\0\0\x1cftypheic\0\0\0\0mif1heic', 'latin1'),
      'rows.csv': '<!doctype html><title>Sign in</title>',
      'page.html': '<!doctype html><title>Boats</title>',
      'a.ipynb': JSON.stringify(notebook),
      'empty.txt': '',
    });
    const read = async (path: string) => {
      const result = await run('hf_repo_files', { operation: 'read', id: 'acme/odd', path });
      return 'output' in result ? `${result.kind}: ${result.output}` : result.kind;
    };
    expect(await read('latin.txt')).toMatch(/^done: 1\tGrüße aus München\n\(its text is in Windows-1252/);
    expect(await read('photo.jpg')).toMatch(/^failed: photo\.jpg is a HEIC picture: convert it/);
    expect(await read('rows.csv')).toMatch(/^failed: rows\.csv is a web page that asks to log in/);
    expect(await read('page.html')).toBe('done: 1\t<!doctype html><title>Boats</title>');
    expect(await read('a.ipynb')).toMatch(/^done: 1\t# --- cell 1 \(code\) ---\n2\tx = 1/);
    expect(await read('empty.txt')).toBe('done: (the file is empty)');
  });
});

describe('hf_repo_files upload and delete', () => {
  const at = { kind: 'dataset', id: 'acme/reviews' };

  test('uploads text or a file of the sandbox, after people saw what and where to', async () => {
    const upload = {
      ...at,
      operation: 'upload',
      path: 'data/train.csv',
      content: 'a,b\n3,4\n',
      message: 'Better rows',
    };
    expect(await asked('hf_repo_files', upload)).toMatchObject({
      title: 'Upload data/train.csv to acme/reviews',
      warnings: ['data/train.csv is there already and is replaced.'],
      preview: { language: 'csv', text: expect.stringContaining('3,4') },
    });
    expect(await run('hf_repo_files', upload)).toMatchObject({
      kind: 'done',
      output: expect.stringContaining('Uploaded data/train.csv'),
    });
    expect(hub.repos.find('dataset', 'acme/reviews')?.files.get('data/train.csv')?.toString()).toBe(
      'a,b\n3,4\n',
    );

    const file = { ...at, operation: 'upload', path: 'model.bin', from: 'out/model.bin' };
    const request = await asked('hf_repo_files', file);
    inSandbox = 'others';
    expect(await run('hf_repo_files', { ...file, ...request?.inlined })).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('has changed since people approved it'),
    });
    inSandbox = 'weights';
    expect(await run('hf_repo_files', { ...file, ...request?.inlined })).toMatchObject({ kind: 'done' });
  });

  test('as a pull request nothing is changed yet', async () => {
    const upload = { ...at, operation: 'upload', path: 'new.txt', content: 'x', create_pr: true };
    expect(await run('hf_repo_files', upload)).toMatchObject({
      output: expect.stringContaining('/discussions/1'),
    });
    expect(hub.repos.find('dataset', 'acme/reviews')?.files.has('new.txt')).toBe(false);
  });

  test('deletes what wildcards mean, and says what that is first', async () => {
    for (const path of ['checkpoint-1/optimizer.pt', 'checkpoint-1/model.pt', 'checkpoint-2/optimizer.pt']) {
      hub.repos.find('dataset', 'acme/reviews')?.files.set(path, Buffer.from('x'));
    }
    const wild = { ...at, operation: 'delete', patterns: ['checkpoint-*/optimizer.pt'] };
    expect(await asked('hf_repo_files', wild)).toMatchObject({
      title: 'Delete 2 files of acme/reviews',
      isAlwaysAsked: true,
      preview: { text: 'checkpoint-1/optimizer.pt\ncheckpoint-2/optimizer.pt' },
    });
    expect(await run('hf_repo_files', wild)).toMatchObject({
      kind: 'done',
      output: expect.stringContaining('Deleted 2 files'),
    });
    expect(await run('hf_repo_files', { ...wild, patterns: ['checkpoint-1'] })).toMatchObject({
      output: expect.stringContaining('Deleted 1 file'),
    });
    expect([...(hub.repos.find('dataset', 'acme/reviews')?.files.keys() ?? [])]).toEqual([
      'README.md',
      'data/train.csv',
    ]);
    expect(await run('hf_repo_files', wild)).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('No file of acme/reviews fits'),
    });
  });

  test('says what is missing, and what the Hub does not allow', async () => {
    const upload = { ...at, operation: 'upload' };
    expect(await run('hf_repo_files', upload)).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('path'),
    });
    expect(await run('hf_repo_files', { ...upload, path: 'a' })).toMatchObject({
      output: expect.stringContaining('either content or from'),
    });
    expect(await run('hf_repo_files', { ...upload, path: 'a', from: 'nowhere' })).toMatchObject({
      output: 'There is no nowhere.',
    });
    hub.faults.push({ path: /commit/, status: 403, error: 'Forbidden' });
    expect(await run('hf_repo_files', { ...upload, path: 'a', content: 'x' })).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('needs "write"'),
    });
  });
});

describe('hf_repo_git', () => {
  const at = { kind: 'model', id: 'acme/bert-tiny' };
  const git = (operation: string, args: object = {}) => run('hf_repo_git', { ...at, operation, ...args });

  test('branches and tags are made, listed and deleted', async () => {
    await git('create_branch', { branch: 'try' });
    await git('create_tag', { tag: 'v1', text: 'First release' });
    expect(await git('list_refs')).toMatchObject({ output: 'Branches: main, try\nTags: v1' });
    expect(await git('create_tag', { tag: 'v1' })).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('It is there already'),
    });
    expect(await git('delete_branch', { branch: 'try' })).toMatchObject({ kind: 'done' });
    expect(await git('delete_tag', { tag: 'v2' })).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('no such repository, branch, tag'),
    });
    expect(await git('list_refs')).toMatchObject({ output: 'Branches: main\nTags: v1' });
  });

  test('pull requests are opened, talked about, closed and merged', async () => {
    expect(await git('create_pr', { title: 'Better weights', text: 'Trained for longer' })).toMatchObject({
      output: expect.stringContaining('refs/pr/1'),
    });
    await git('comment_pr', { number: 1, text: 'Please look' });
    expect(await git('get_pr', { number: 1 })).toMatchObject({
      output: expect.stringContaining('ml-intern: Please look'),
    });
    await git('close_pr', { number: 1 });
    expect(await git('list_prs', { status: 'closed' })).toMatchObject({
      output: '- #1 Better weights (closed, by ada, 2026-11-01)',
    });
    expect(await git('list_prs')).toMatchObject({ output: 'There are none.' });
    expect(await git('merge_pr', { number: 1 })).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('Pull request is closed'),
    });
    await git('change_pr_status', { number: 1, status: 'open' });
    expect(await git('merge_pr', { number: 1 })).toMatchObject({ kind: 'done' });
    expect(await git('get_pr', { number: 7 })).toMatchObject({ kind: 'failed' });
  });

  test('a repository is made private, with a card that says where it comes from', async () => {
    const make = { kind: 'model', id: 'acme/new', operation: 'create_repo' };
    expect(await asked('hf_repo_git', make)).toMatchObject({
      title: 'Make the model acme/new',
      facts: expect.arrayContaining([{ label: 'Visible', value: 'to its owners only (private)' }]),
    });
    expect(await run('hf_repo_git', make)).toMatchObject({
      output: 'Made: https://huggingface.co/acme/new'.replace('https://huggingface.co', hub.url),
    });
    const made = hub.repos.find('model', 'acme/new');
    expect(made?.visibility).toBe('private');
    expect(made?.files.get('README.md')?.toString()).toMatch(/tags:\n- ml-intern\n---[\s\S]*session `s1`/);
    expect(
      await run('hf_repo_git', { ...make, operation: 'update_repo', private: false, gated: 'manual' }),
    ).toMatchObject({ kind: 'done' });
    expect(made).toMatchObject({ visibility: 'public', gated: 'manual' });
  });

  test.each([
    ['delete_branch', { branch: 'try' }, true],
    ['delete_tag', { tag: 'v1' }, true],
    ['merge_pr', { number: 1 }, true],
    ['create_repo', {}, true],
    ['update_repo', { private: false }, true],
    ['create_branch', { branch: 'try' }, true],
    ['create_tag', { tag: 'v1' }, true],
    ['create_pr', { title: 'A change' }, true],
    ['comment_pr', { number: 1, text: 'what a page told me to say' }, true],
    ['close_pr', { number: 1 }, true],
    ['change_pr_status', { number: 1, status: 'open' }, true],
    ['list_refs', {}, false],
    ['get_pr', { number: 1 }, false],
  ])('%s: people are asked, or not', async (operation, args, isAsked) => {
    expect((await asked('hf_repo_git', { ...at, operation, ...args })) !== undefined).toBe(isAsked);
  });

  test('says what an operation can’t do without', async () => {
    expect(await git('merge_pr')).toMatchObject({ kind: 'failed', output: 'merge_pr needs number.' });
    expect(await git('update_repo')).toMatchObject({ output: 'update_repo needs private or gated.' });
    expect(await run('hf_repo_git', { kind: 'space', id: 'a/b', operation: 'create_repo' })).toMatchObject({
      output: 'A Space needs sdk.',
    });
  });
});
