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
let tools: Tool[];
beforeEach(async () => {
  hub = await HubDouble.start();
  hub.repos.add('dataset', 'acme/new', { 'README.md': '# New', 'empty.txt': '' });
  hub.repos.moved.set('acme/old', 'acme/new');
  const repos = createHubRepos(hub.url, hubToken('hf_test'));
  const writes = createRepoWrites(hub.url, hubToken('hf_test'));
  const openFile = async () => ({ ok: false as const, reason: 'none' });
  tools = [
    ...hubRepoTools(repos, hub.url, () => false),
    hfRepoFilesTool({ repos, writes, openFile, apart: parseApart, hubUrl: hub.url }),
    hfRepoGitTool(writes, hub.url),
  ];
});
afterEach(() => hub.close());

const OLD = { kind: 'dataset', id: 'acme/old' };
const NEW = { kind: 'dataset', id: 'acme/new' };
const run = (name: string, args: object) => runTool(tools, name, args);

describe('a repository that has moved', () => {
  test('is read under its old name, and named by its new one', async () => {
    const read = await run('hf_repo_files', { operation: 'read', ...OLD, path: 'README.md' });
    expect(read).toMatchObject({ kind: 'done', output: expect.stringContaining('# New') });
    const listed = await run('hf_repo_files', { operation: 'list', ...OLD });
    expect(listed).toMatchObject({ kind: 'done', output: expect.stringContaining('README.md') });
    const refs = await run('hf_repo_git', { operation: 'list_refs', ...OLD });
    expect(refs).toMatchObject({ kind: 'done', output: expect.stringContaining('main') });
    const details = await run('hub_repo_details', OLD);
    expect(details).toMatchObject({
      output: expect.stringMatching(/# acme\/new[\s\S]+It has moved: acme\/old is its old name/),
    });
  });

  test('takes no change under its old name: its new one is told, at once and before people are asked', async () => {
    const upload = { operation: 'upload', ...OLD, path: 'a.txt', content: 'x' };
    await expect(askedBy(tools, 'hf_repo_files', upload)).rejects.toThrow('called acme/new on the Hub now');
    const before = hub.requests.length;
    const named = {
      kind: 'failed',
      output: expect.stringContaining('is called acme/new now: use that name'),
    };
    expect(await run('hf_repo_files', upload)).toMatchObject(named);
    const branch = { operation: 'create_branch', ...OLD, branch: 'try' };
    expect(await run('hf_repo_git', branch)).toMatchObject(named);
    const tag = { operation: 'create_tag', ...OLD, tag: 'v1' };
    expect(await run('hf_repo_git', tag)).toMatchObject(named);
    expect(hub.requests.length - before).toBeLessThanOrEqual(4); // none is tried again
    expect(hub.repos.find('dataset', 'acme/new')?.branches).toEqual(['main']);
  });
});

test('an empty file is empty, and is there', async () => {
  const read = await run('hf_repo_files', { operation: 'read', ...NEW, path: 'empty.txt' });
  expect(read).toMatchObject({ kind: 'done' });
  const upload = { operation: 'upload', ...NEW, path: 'empty.txt', content: 'x' };
  const request = await askedBy(tools, 'hf_repo_files', upload);
  expect(request?.warnings).toContain('empty.txt is there already and is replaced.');
  const missing = await run('hf_repo_files', { operation: 'read', ...NEW, path: 'none.txt' });
  expect(missing).toMatchObject({ kind: 'failed', output: expect.stringContaining('There is no none.txt') });
});

test.each([
  ['Your storage patterns tripped our internal systems!', 'free or buy storage'],
  ['Discussions are disabled for this repo', 'pull requests are off'],
  ['Forbidden: you must use a write token to upload to a repository.', 'needs "write"'],
])('"%s" is told in the Hub’s words, with what helps', async (error, advice) => {
  hub.faults.push({ path: /commit/, status: 403, error });
  const upload = { operation: 'upload', ...NEW, path: 'a.txt', content: 'x', create_pr: true };
  const { output } = (await run('hf_repo_files', upload)) as { output: string };
  expect(output).toContain(error.replace(/\.$/, ''));
  expect(output).toContain(advice);
  expect(output).not.toMatch(/https?:|Request ID/);
});

test('a file that one waits for says so, not that it is missing', async () => {
  const error = 'Your request to access dataset acme/new is awaiting a review from the repo authors.';
  hub.faults.push({ path: /resolve/, status: 403, error, code: 'GatedRepo' });
  const read = await run('hf_repo_files', { operation: 'read', ...NEW, path: 'README.md' });
  expect(read).toMatchObject({
    kind: 'failed',
    output: expect.stringContaining('nothing helps but waiting'),
  });
});
