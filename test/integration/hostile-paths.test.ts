import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDatasetPush } from '../../src/hub/dataset-push.ts';
import { createRepoWrites } from '../../src/hub/repo-writes.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubToken } from '../../src/hub/token.ts';
import { hfRepoFilesTool } from '../../src/tools/hf-repo-files.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { askedBy, runTool } from '../support/tool-context.ts';
import '../support/properties.ts';

/*
 * Names of files and branches with what an address gives a meaning. Each is read, listed, looked at before an
 * upload, and written as what it is called, beside a neighbour that a careless address would lead to.
 */

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
});
afterEach(() => hub.close());

const ID = 'acme/data';
const AT = { kind: 'dataset' as const, id: ID };
const never = new AbortController().signal;
const repos = () => createHubRepos(hub.url, hubToken('hf_test'));
const writes = () => createRepoWrites(hub.url, hubToken('hf_test'));
const tool = () =>
  hfRepoFilesTool({
    repos: repos(),
    writes: writes(),
    openFile: async () => ({ ok: false, reason: 'none' }),
    apart: parseApart,
    hubUrl: hub.url,
  });

const name = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '#',
        '?',
        '%',
        '%2F',
        '%23',
        '%zz',
        '&',
        '=',
        '+',
        ' ',
        ';',
        ':',
        '@',
        '"',
        "'",
        '\\',
        '..',
      ),
      fc.constantFrom('a', 'b.csv', 'ü', '漢', '🦀', '<x>', '|', '^', '{}', '[1]', '~', '`', '*'),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text !== '.' && text !== '..' && text.trim() === text);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

/** What an address of the path leads to that is not encoded. */
const careless = (of: string): string =>
  decodeURIComponent(new URL(`http://x/${of.replace(/%/g, '')}`).pathname.slice(1));

test('a file is read, listed and found before an upload by its own name, whatever is in it', async () => {
  await fc.assert(
    fc.asyncProperty(path, async (file) => {
      hub.repos.all.length = 0;
      const repo = hub.repos.add('dataset', ID, { [file]: 'its own' });
      const other = careless(file);
      if (other !== '' && other !== file && !file.startsWith(`${other}/`)) {
        repo.files.set(other, Buffer.from('another'));
      }
      const read = await repos().read({ ...AT, path: file }, 1_000, never);
      expect(read.ok && read.value.bytes.toString()).toBe('its own');
      const [folder] = file.includes('/') ? [file.slice(0, file.lastIndexOf('/'))] : [undefined];
      const listed = await repos().files({ ...AT, path: folder, recursive: true }, 100, never);
      expect(listed.ok && listed.value.files.map((found) => found.path)).toContain(file);
      const request = await askedBy([tool()], 'hf_repo_files', {
        operation: 'upload',
        ...AT,
        path: file,
        content: 'x',
      });
      expect(request?.warnings).toContain(`${file} is there already and is replaced.`);
      const push = createDatasetPush(hub.url, hubToken('hf_test'));
      repo.files.set(`${file}.csv`, Buffer.from('a\n'));
      expect((await push.state(ID, never)).dataFiles).toContain(`${file}.csv`);
      repo.files.delete(`${file}.csv`);
      expect((await push.state(ID, never)).dataFiles).not.toContain(`${file}.csv`);
      repo.files.delete(file);
      expect((await repos().read({ ...AT, path: file }, 1, never)).ok).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test('what is uploaded and deleted is the file of that name', async () => {
  await fc.assert(
    fc.asyncProperty(path, async (file) => {
      hub.repos.all.length = 0;
      const repo = hub.repos.add('dataset', ID, { 'README.md': 'a' });
      const how = { asPullRequest: false, message: 'm' };
      const made = await writes().upload(AT, [{ path: file, content: new Blob(['new']) }], how, never);
      expect(made).toMatchObject({ ok: true });
      expect(repo.files.get(file)?.toString()).toBe('new');
      expect(await writes().remove(AT, [file], how, never)).toMatchObject({ ok: true });
      expect([...repo.files.keys()]).toEqual(['README.md']);
    }),
    { numRuns: 30 },
  );
});

describe('a branch with slashes and signs', () => {
  test.each(['feature/new#1', 'refs/pr/1', 'a%2Fb', 'we?rd', 'ü/漢'])(
    '%s is read and written as one',
    async (branch) => {
      const repo = hub.repos.add('dataset', ID, { 'a.csv': 'x' });
      if (!branch.startsWith('refs/')) {
        expect(await writes().createBranch(AT, branch, undefined, never)).toMatchObject({ ok: true });
        expect(repo.branches).toContain(branch);
      } else repo.pulls.push({ title: 'A change', status: 'draft', comments: [] });
      const at = { ...AT, revision: branch };
      expect(await repos().read({ ...at, path: 'a.csv' }, 10, never)).toMatchObject({ ok: true });
      expect(await repos().files({ ...at, recursive: false }, 10, never)).toMatchObject({ ok: true });
      expect(await writes().matching(AT, ['*.csv'], branch, never)).toEqual({ ok: true, value: ['a.csv'] });
      const how = { revision: branch, asPullRequest: false, message: 'm' };
      const made = await writes().upload(AT, [{ path: 'b.csv', content: new Blob(['y']) }], how, never);
      expect(made).toMatchObject({ ok: true });
      if (branch.startsWith('refs/')) return;
      expect(await writes().deleteBranch(AT, branch, never)).toMatchObject({ ok: true });
      expect(repo.branches).toEqual(['main']);
    },
  );

  test('its page is linked to as the Hub has it', async () => {
    const { output } = (await runTool([tool()], 'hf_repo_files', {
      operation: 'list',
      ...AT,
      revision: 'nowhere/at all',
    })) as { output: string };
    expect(output).toContain('no such repository, revision or path');
    const args = { operation: 'read', ...AT, revision: 'refs/pr/1', path: 'a/b#c?.csv' };
    const call = tool().prepare(JSON.stringify(args));
    expect(call.ok && call.call.source).toBe(
      `${hub.url}/datasets/acme/data/blob/refs%2Fpr%2F1/a/b%23c%3F.csv`,
    );
  });
});

test.each(['..', '../other/resolve/main/x', 'a/../../b', '.'])('%s leads nowhere else', async (file) => {
  hub.repos.add('dataset', ID, { x: 'mine' });
  hub.repos.add('dataset', 'acme/other', { x: 'theirs' });
  const before = hub.requests.length;
  expect(await repos().read({ ...AT, path: file }, 10, never)).toMatchObject({ ok: false });
  expect(await repos().read({ ...AT, revision: '..', path: 'x' }, 10, never)).toMatchObject({ ok: false });
  expect(await writes().deleteBranch(AT, '..', never)).toMatchObject({ ok: false });
  expect(await writes().deleteTag(AT, '..', never)).toMatchObject({ ok: false });
  expect(hub.requests).toHaveLength(before);
});
