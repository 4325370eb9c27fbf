import { z } from 'zod';
import { idOf } from '../people.ts';
import type { Answer, HubRequest } from '../route.ts';
import type { DoubleRepo } from './repo.ts';
import { type HubRepos, note } from './repos.ts';

/** `create_pr` leaves the repository as it is, and opens a pull request with the changes. */
export function commit(
  { objects }: HubRepos,
  repo: DoubleRepo,
  revision: string,
  { query, body, who }: HubRequest,
): Answer {
  if (!repo.branches.includes(revision) && !/^refs\/pr\/\d+$/.test(revision)) {
    return { status: 404, answer: { error: `Invalid rev id: ${revision}` } };
  }
  if (query.get('create_pr') === '1') {
    const [head = ''] = body.split('\n');
    const { value } = JSON.parse(head) as { value: { summary: string } };
    repo.pulls.push({ title: value.summary, status: 'open', comments: [] });
    const pullRequestUrl = `https://huggingface.co/${repo.kind}s/${repo.id}/discussions/${repo.pulls.length}`;
    return {
      status: 200,
      answer: { success: true, commitOid: '0', commitUrl: '', hookOutput: '', pullRequestUrl },
    };
  }
  const lines = body.split('\n').map((line) => CommitLine.parse(JSON.parse(line)));
  const [, number] = /^refs\/pr\/(\d+)$/.exec(revision) ?? [];
  const pull = number === undefined ? undefined : repo.pulls[Number(number) - 1];
  if (number !== undefined && pull === undefined)
    return { status: 404, answer: { error: `Invalid rev id: ${revision}` } };
  // What is committed to a pull request changes nothing of the repository before it is merged.
  if (pull !== undefined) pull.changes ??= new Map();
  const files: Map<string, Buffer | undefined> = pull?.changes ?? repo.files;
  for (const { key, value } of lines) {
    if (key === 'lfsFile') {
      const bytes = objects.get(value.oid);
      if (bytes?.length !== value.size)
        return { status: 400, answer: { error: `No LFS object ${value.oid}` } };
      files.set(value.path, bytes);
    }
    if (key === 'file') files.set(value.path, Buffer.from(value.content, 'base64'));
    if (key === 'deletedFile') {
      if (pull === undefined) repo.files.delete(value.path);
      else files.set(value.path, undefined);
    }
  }
  if (pull !== undefined) {
    const answer = { success: true, commitOid: idOf(body), commitUrl: '', hookOutput: '' };
    return { status: 200, answer };
  }
  const title = lines.map(({ key, value }) => (key === 'header' ? value.summary : '')).join('');
  const oid = note(repo, title, who);
  const commitUrl = `https://huggingface.co/${repo.kind}s/${repo.id}/commit/${oid}`;
  return { status: 200, answer: { success: true, commitOid: oid, commitUrl, hookOutput: '' } };
}

/** `GET …/commits/{rev}`: newest first, from the one that a revision names on. */
export function history({ commits, branches }: DoubleRepo, revision: string, query: URLSearchParams): Answer {
  const from = branches.includes(revision) ? 0 : commits.findIndex(({ oid }) => oid === revision);
  if (from === -1) return { status: 404, answer: { error: `Invalid rev id: ${revision}` } };
  const answer = commits.slice(from, from + Number(query.get('limit') ?? 50)).map((made) => ({
    id: made.oid,
    title: made.title,
    message: '',
    authors: [{ user: made.user }],
    date: new Date(made.at).toISOString(),
  }));
  return { status: 200, answer };
}

/** How files are to be sent: inline, or over LFS. */
export function preupload(repo: DoubleRepo, { body }: HubRequest): Answer {
  const { files } = JSON.parse(body) as { files: { path: string; size: number }[] };
  const modes = files.map(({ path, size }) => ({
    path,
    uploadMode: size > INLINE_BYTES ? 'lfs' : 'regular',
    shouldIgnore: false,
  }));
  return { status: 200, answer: { files: modes, commitOid: repo.commits[0]?.oid ?? '' } };
}

/**
 * The batch API of Git LFS, with its basic transfer, or Xet for whoever knows it:
 * https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md, https://huggingface.co/docs/xet/auth.
 */
export function lfs(repos: HubRepos, { path, body }: HubRequest): Answer {
  const { objects, transfers } = LfsBatch.parse(JSON.parse(body));
  const transfer = transfers.includes('xet') ? 'xet' : 'basic';
  const wanted = objects.map(({ oid, size }) => ({
    oid,
    size,
    ...(repos.objects.has(oid) ? {} : { actions: { upload: uploadOf(repos, transfer, path, oid) } }),
  }));
  return { status: 200, answer: { transfer, objects: wanted } };
}

function uploadOf({ hubUrl, xet }: HubRepos, transfer: 'xet' | 'basic', path: string, oid: string) {
  if (transfer === 'basic') return { href: `${hubUrl}/lfs/${oid}` };
  const { casUrl, exp, accessToken } = xet.writeToken(hubUrl);
  const [, kind = 'models', id] = /^\/(?:(dataset|space)s\/)?(.+)\.git\/info/.exec(path) ?? [];
  return {
    href: `${hubUrl}/api/${kind === 'models' ? kind : `${kind}s`}/${id}/xet-write-token/main`,
    header: {
      'X-Xet-Cas-Url': casUrl,
      'X-Xet-Token-Expiration': String(exp),
      'X-Xet-Access-Token': accessToken,
    },
  };
}

/** The Hub takes files up to 10 MB inline: https://huggingface.co/docs/hub/repositories-recommendations. */
const INLINE_BYTES = 10_000_000;

const CommitLine = z.discriminatedUnion('key', [
  z.object({ key: z.literal('header'), value: z.looseObject({ summary: z.string() }) }),
  z.object({
    key: z.literal('file'),
    value: z.object({ path: z.string(), content: z.string(), encoding: z.literal('base64') }),
  }),
  z.object({
    key: z.literal('lfsFile'),
    value: z.object({ path: z.string(), algo: z.literal('sha256'), oid: z.string(), size: z.number() }),
  }),
  z.object({ key: z.literal('deletedFile'), value: z.object({ path: z.string() }) }),
]);

const LfsBatch = z.object({
  operation: z.literal('upload'),
  hash_algo: z.literal('sha_256'),
  transfers: z.array(z.string()).default(['basic']),
  objects: z.array(z.object({ oid: z.string(), size: z.number() })),
});
