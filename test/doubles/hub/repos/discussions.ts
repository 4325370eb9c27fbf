import { z } from 'zod';
import { avatarOf, idOf, personOf } from '../people.ts';
import type { Answer, HubRequest } from '../route.ts';
import type { DoublePull, DoubleRepo } from './repo.ts';

/** Pull requests: they are opened, listed, looked at, commented on, closed and merged. */
export function routeDiscussions(
  repo: DoubleRepo,
  rest: string,
  { method, query, body }: HubRequest,
): Answer {
  if (rest === '/discussions' && method === 'POST') {
    const { title, description } = OpenDiscussion.parse(JSON.parse(body));
    repo.pulls.push({ title, status: 'draft', comments: [{ author: 'ada', text: description }] });
    const num = repo.pulls.length;
    const url = `https://huggingface.co/${repo.kind}s/${repo.id}/discussions/${num}`;
    return { status: 200, answer: { url, num, pullRequest: true } };
  }
  if (rest === '/discussions') {
    const wanted = query.get('status') ?? 'all';
    const all = repo.pulls
      .map((pull, i) => listed(repo, pull, i + 1))
      .filter(
        ({ status }) =>
          wanted === 'all' || (status === 'closed' || status === 'merged' ? 'closed' : 'open') === wanted,
      );
    return { status: 200, answer: { discussions: all, count: all.length, start: 0 } };
  }
  const [, number = '', action] = /^\/discussions\/(\d+)(?:\/(\w+))?$/.exec(rest) ?? [];
  const pull = repo.pulls[Number(number) - 1];
  if (pull === undefined) return { status: 404, answer: { error: 'Discussion not found' } };
  const { comment } = method === 'POST' ? (JSON.parse(body) as { comment?: string }) : {};
  if (comment) pull.comments.push({ author: 'ml-intern', text: comment });
  switch (action) {
    case undefined:
      return { status: 200, answer: detailed(repo, pull, Number(number), query.get('diff') === '1') };
    case 'comment':
      return { status: 201, answer: { newMessage: said({ author: 'ml-intern', text: comment ?? '' }) } };
    case 'status': {
      pull.status = SetStatus.parse(JSON.parse(body)).status;
      const newStatus = { ...eventOf('ada'), type: 'status-change', data: { status: pull.status } };
      return { status: 200, answer: { newStatus } };
    }
    case 'merge':
      if (pull.status === 'closed') return { status: 409, answer: { error: 'Pull request is closed' } };
      if (pull.status === 'draft') return { status: 409, answer: { error: 'Pull request is a draft' } };
      pull.status = 'merged';
      for (const [path, bytes] of pull.changes ?? []) {
        if (bytes === undefined) repo.files.delete(path);
        else repo.files.set(path, bytes);
      }
      return { status: 200, answer: {} };
    default:
      return { status: 404, answer: { error: 'Not found' } };
  }
}

const AT = '2026-11-01T12:00:00.000Z';

/** What a list and a pull request's own page both tell of it. */
const common = ({ kind, id }: DoubleRepo, { title, status }: DoublePull, num: number) => ({
  num,
  title,
  status,
  author: personOf('ada'),
  repo: { name: id, type: kind },
  createdAt: AT,
  pinned: false,
  isPullRequest: true,
});

const listed = (repo: DoubleRepo, pull: DoublePull, num: number) => ({
  ...common(repo, pull, num),
  topReactions: [],
  numComments: pull.comments.length,
  numReactionUsers: 0,
});

const detailed = (repo: DoubleRepo, pull: DoublePull, num: number, isWithDiff: boolean) => ({
  _id: idOf(`${repo.id} ${num}`),
  ...common(repo, pull, num),
  events: pull.comments.map(said),
  locked: false,
  collection: 'discussions',
  filesWithConflicts: pull.conflicts ?? [],
  changes: { base: 'refs/heads/main' },
  ...(isWithDiff ? { diff: diffOf(repo, pull) } : {}),
});

/** What a pull request changes, whole files at a time. */
function diffOf({ files }: DoubleRepo, { changes = new Map() }: DoublePull): string {
  const lines = (sign: string, bytes: Buffer | undefined) =>
    (bytes?.toString('utf8') ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => `${sign}${line}`);
  return [...changes]
    .map(([path, bytes]) =>
      [
        `diff --git a/${path} b/${path}`,
        `--- ${files.has(path) ? `a/${path}` : '/dev/null'}`,
        `+++ ${bytes === undefined ? '/dev/null' : `b/${path}`}`,
        ...lines('-', files.get(path)),
        ...lines('+', bytes),
      ].join('\n'),
    )
    .join('\n');
}

const eventOf = (author: string) => ({ id: idOf(author), createdAt: AT, author: personOf(author) });

/** A comment, as the Hub's pages have it. */
const said = ({ author, text }: DoublePull['comments'][number]) => ({
  ...eventOf(author),
  type: 'comment',
  data: {
    edited: false,
    hidden: false,
    latest: { raw: text, html: `<p>${text}</p>`, updatedAt: AT, author: personOf(author) },
    numEdits: 0,
    editors: [author],
    editorAvatarUrls: [avatarOf(author)],
    reactions: [],
  },
});

const OpenDiscussion = z.strictObject({
  title: z.string().min(3).max(200),
  description: z.string(),
  pullRequest: z.boolean(),
});
const SetStatus = z.strictObject({ status: z.enum(['open', 'closed']), comment: z.string().optional() });
