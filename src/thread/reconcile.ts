import { createHash } from 'node:crypto';
import type { Post } from '../session/posts.ts';
import type { Payload } from './outbound.ts';
import type { ViewBody, ViewMessage } from './view-message.ts';

/** One change that brings a thread nearer to its view. `isPaced` ones may wait for the next due edit. */
export type Change =
  | (Part & { kind: 'post'; isPaced: false; isOutcomeOpen: boolean })
  | (Part & { kind: 'edit'; platformId: string; streamed: string | undefined })
  | { kind: 'remove'; key: string; platformId: string | undefined; isPaced: boolean };

type Part = {
  key: string;
  exchange: number;
  payload: Payload;
  hash: string;
  isPaced: boolean;
  /** A reaction or the like: platforms limit those by themselves. */
  isMark: boolean;
  /** A message that grows in the platform's own way. */
  isStream: boolean;
};

type Translate = (message: ViewMessage, divisor: number) => readonly Payload[];

/**
 * The differences between what a thread should show and what it was noted to show, in the order in which to make
 * them: new messages first, in their order, then edits that matter, then the rest. Nothing to change gives nothing.
 */
export function changes(
  messages: readonly ViewMessage[],
  posts: readonly Post[],
  translate: Translate,
  divisor: number,
): Change[] {
  const parts = messages.flatMap((message) => partsOf(message, translate, divisor));
  const known = new Map(posts.map((post) => [post.key, post]));
  const wanted = new Set(parts.map((part) => part.key));
  const found = [
    ...parts.flatMap((part) => changeOf(part, known.get(part.key))),
    ...posts
      .filter((post) => !wanted.has(post.key))
      .map(({ key, platformId }): Change => ({ kind: 'remove', key, platformId, isPaced: false })),
  ];
  return found.sort((a, b) => rank(a) - rank(b)); // a stable sort: posts keep the view's order
}

function partsOf(message: ViewMessage, translate: Translate, divisor: number): Part[] {
  return translate(message, divisor).map((payload, i) => ({
    key: partKey(message.key, i, payload),
    exchange: message.exchange,
    payload,
    hash: createHash('sha256').update(JSON.stringify(payload)).digest('base64url').slice(0, 22),
    isPaced: isPaced(message.body),
    isMark: message.body.kind === 'reaction' || message.body.kind === 'title',
    isStream: payload.stream !== undefined,
  }));
}

/** A file that comes after text has a key of its own: a part of the text that was there before is no file. */
const partKey = (key: string, i: number, { file }: Payload): string =>
  `${key}#${file !== undefined && i > 0 ? 'file' : i}`;

/** The message of the view that a post is a part of. */
export const messageKeyOf = (postKey: string): string => postKey.replace(/#(?:\d+|file)$/, '');

/** Progress may be late by a second; a decision, an end and an answer may not. */
function isPaced(body: ViewBody): boolean {
  switch (body.kind) {
    case 'status':
      return body.phase === 'working';
    case 'answer':
      return body.isDraft;
    case 'job':
      return !body.isFinal;
    default:
      return false;
  }
}

function changeOf(part: Part, post: Post | undefined): Change[] {
  if (post === undefined) return [{ kind: 'post', ...part, isPaced: false, isOutcomeOpen: false }];
  if (post.hash === part.hash) return [];
  if (post.platformId === undefined) {
    return [{ kind: 'post', ...part, isPaced: false, isOutcomeOpen: true }];
  }
  return [{ kind: 'edit', ...part, platformId: post.platformId, streamed: post.streamed }];
}

function rank(change: Change): number {
  if (change.kind === 'post') return 0;
  return change.isPaced ? 2 : 1;
}
