import { z } from 'zod';
import type { Answer, HubRequest } from '../route.ts';
import type { DoublePull, DoubleRepo } from './repo.ts';

/** Pull requests: they are opened, listed, looked at, commented on, closed and merged. */
export function routeDiscussions(
  repo: DoubleRepo,
  rest: string,
  { method, query, body }: HubRequest,
): Answer {
  const raw = ({ title, status }: DoublePull, i: number) => ({
    num: i + 1,
    title,
    status,
    isPullRequest: true,
    author: { name: 'ada' },
    createdAt: '2026-11-01T12:00:00.000Z',
  });
  if (rest === '/discussions' && method === 'POST') {
    const { title, description } = OpenDiscussion.parse(JSON.parse(body));
    repo.pulls.push({ title, status: 'draft', comments: [{ author: 'ada', text: description }] });
    return { status: 200, answer: { num: repo.pulls.length, pullRequest: true } };
  }
  if (rest === '/discussions') {
    const wanted = query.get('status') ?? 'all';
    const all = repo.pulls
      .map(raw)
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
    case undefined: {
      const events = pull.comments.map(({ author, text }) => ({
        id: 'e',
        type: 'comment',
        author: { name: author },
        data: { latest: { raw: text } },
      }));
      return { status: 200, answer: { ...raw(pull, Number(number) - 1), events } };
    }
    case 'comment':
      return { status: 200, answer: {} };
    case 'status':
      pull.status = SetStatus.parse(JSON.parse(body)).status;
      return { status: 200, answer: {} };
    case 'merge':
      if (pull.status === 'closed') return { status: 409, answer: { error: 'Pull request is closed' } };
      pull.status = 'merged';
      return { status: 200, answer: {} };
    default:
      return { status: 404, answer: { error: 'Not found' } };
  }
}

const OpenDiscussion = z.strictObject({
  title: z.string().min(3),
  description: z.string(),
  pullRequest: z.boolean(),
});
const SetStatus = z.strictObject({ status: z.enum(['open', 'closed']), comment: z.string().optional() });
