import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRepoWrites } from '../../src/hub/repo-writes.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubToken } from '../../src/hub/token.ts';
import { hfRepoFilesTool } from '../../src/tools/hf-repo-files.ts';
import { hfRepoGitTool } from '../../src/tools/hf-repo-git/tool.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { askedBy, runTool } from '../support/tool-context.ts';

let hub: HubDouble;
let tools: Tool[];
beforeEach(async () => {
  hub = await HubDouble.start();
  hub.repos.add('model', 'acme/bert-tiny', { 'config.json': '{}' });
  const hubUrl = 'https://huggingface.co';
  const repos = createHubRepos(hub.url, hubToken('hf_test'));
  const writes = createRepoWrites(hub.url, hubToken('hf_test'));
  const openFile = async (path: string) => ({ ok: false as const, reason: `There is no ${path}.` });
  tools = [
    hfRepoFilesTool({ repos, writes, openFile, apart: parseApart, hubUrl }),
    hfRepoGitTool(writes, hubUrl),
  ];
});
afterEach(() => hub.close());

const run = (name: string, args: object) => runTool(tools, name, args);
const asked = (name: string, args: object) => askedBy(tools, name, args);
const git = (operation: string, args: object = {}) =>
  run('hf_repo_git', { operation, kind: 'model', id: 'acme/bert-tiny', ...args });

describe('a pull request on the Hub', () => {
  test('a draft is made, looked at with its diff, published and merged, each but the look after asking', async () => {
    const opened = await git('create_pr', { title: 'A note', text: 'For readers' });
    expect(opened).toMatchObject({ output: expect.stringMatching(/is made as a draft.*get_pr.*publish/) });
    expect(await git('get_pr', { number: 1 })).toMatchObject({
      output: expect.stringMatching(
        /\(draft, by ada[\s\S]*publish it with change_pr_status[\s\S]*changes nothing yet/,
      ),
    });
    const upload = { operation: 'upload', kind: 'model', id: 'acme/bert-tiny', path: 'notes.md' };
    await run('hf_repo_files', { ...upload, content: 'Read me\n', revision: 'refs/pr/1' });
    const repo = hub.repos.find('model', 'acme/bert-tiny');
    expect(repo?.files.has('notes.md')).toBe(false);
    const looked = (await git('get_pr', { number: 1 })) as { output: string };
    expect(looked.output).toContain('It changes: notes.md');
    expect(looked.output).toContain('+Read me');
    expect(await git('merge_pr', { number: 1 })).toMatchObject({
      kind: 'failed',
      output: expect.stringContaining('is a draft'),
    });
    const publish = {
      operation: 'change_pr_status',
      kind: 'model',
      id: 'acme/bert-tiny',
      number: 1,
      status: 'open',
    };
    expect(await asked('hf_repo_git', publish)).toMatchObject({
      title: 'Publish pull request #1 of acme/bert-tiny, or open it again',
    });
    expect(await asked('hf_repo_git', { ...publish, operation: 'get_pr' })).toBeUndefined();
    expect(await run('hf_repo_git', publish)).toMatchObject({ output: '#1 is open.' });
    expect(await git('get_pr', { number: 1 })).not.toMatchObject({
      output: expect.stringContaining('It is a draft'),
    });
    expect(await git('merge_pr', { number: 1 })).toMatchObject({ kind: 'done' });
    expect(repo?.files.get('notes.md')?.toString()).toBe('Read me\n');
  });

  test('conflicts of a pull request are named, and a long diff is cut', async () => {
    await git('create_pr', { title: 'A note', text: '' });
    const pull = hub.repos.find('model', 'acme/bert-tiny')?.pulls[0];
    if (pull === undefined) throw new Error('there is none');
    pull.conflicts = ['a.txt', 'b.txt'];
    pull.changes = new Map([['long.txt', Buffer.from('line\n'.repeat(20_000))]]);
    const { output } = (await git('get_pr', { number: 1 })) as { output: string };
    expect(output).toContain('It has conflicts in: a.txt, b.txt');
    expect(output.length).toBeLessThan(17_000);
    pull.conflicts = true;
    expect(await git('get_pr', { number: 1 })).toMatchObject({
      output: expect.stringContaining('It has conflicts.'),
    });
  });
});
