import { createHash } from 'node:crypto';
import type { ViewBody, ViewMessage } from '../view/view-message.ts';
import { hashed, type Outgoing } from './outgoing.ts';
import type { Post } from './posts.ts';

/** One change that brings a thread nearer to its view. `isPaced` ones may wait for the next due edit. */
export type Change = Noted &
  (
    | (Part & { kind: 'post'; isPaced: false; isOutcomeOpen: boolean })
    | (Part & { kind: 'edit'; platformId: string; streamed: string | undefined })
    | { kind: 'remove'; key: string; platformId: string | undefined; isPaced: boolean }
  );

/** What was noted of the message so far. */
type Noted = { noted: Pick<Post, 'generation' | 'form' | 'refused' | 'exchange'> };

type Part = {
  key: string;
  exchange: number;
  outgoing: Outgoing;
  hash: string;
  isPaced: boolean;
};

/** What a message is posted as before an edit makes it what it should show. */
export type First = Pick<Part, 'outgoing' | 'hash'>;

type Translate = (message: ViewMessage, divisor: number) => readonly Outgoing[];

/**
 * The differences between what a thread should show and what it was noted to show, in the order in which to
 * make them: new messages first, in their order, then edits that matter, then the rest. Nothing to change
 * gives nothing.
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
      .map(
        (noted): Change => ({
          kind: 'remove',
          key: noted.key,
          platformId: noted.platformId,
          isPaced: false,
          noted,
        }),
      ),
  ];
  return found.sort((a, b) => rank(a) - rank(b)); // a stable sort: posts keep the view's order
}

function partsOf(message: ViewMessage, translate: Translate, divisor: number): Part[] {
  return translate(message, divisor).map((outgoing, i) => ({
    key: partKey(message.key, i, outgoing),
    exchange: message.exchange,
    outgoing,
    hash: hashOf(outgoing),
    isPaced: isPaced(message.body),
  }));
}

const hashOf = (outgoing: Outgoing): string =>
  createHash('sha256')
    .update(JSON.stringify(hashed(outgoing)))
    .digest('base64url')
    .slice(0, 22);

/** As what a message is posted, where that is not what it should show. */
export function firstOf(outgoing: Outgoing): First | undefined {
  if (outgoing.kind !== 'message' || outgoing.first === undefined) return undefined;
  const first: Outgoing = { kind: 'message', body: outgoing.first };
  return { outgoing: first, hash: hashOf(first) };
}

/** What the platform knows a message by: each that stands for one of the view has a key of its own. */
export const platformKey = ({ key, noted }: Change): string =>
  noted.generation === 0 ? key : `${key}~${noted.generation}`;

/** A file that comes after text has a key of its own: a part of the text that was there before is no file. */
const partKey = (key: string, i: number, { kind }: Outgoing): string =>
  `${key}#${kind === 'upload' && i > 0 ? 'file' : i}`;

/** The message of the view that a post is a part of. */
export const messageKeyOf = (postKey: string): string => postKey.replace(/#(?:\d+|file)$/, '');

/** Progress may be late by a second; a decision, an end and an answer may not. */
function isPaced(body: ViewBody): boolean {
  switch (body.kind) {
    case 'status':
      // While a job runs it moves with what that costs, as the job's own card does.
      return body.phase === 'working' || body.phase === 'waiting_for_job';
    case 'answer':
      return body.isDraft;
    case 'job':
      return !body.isFinal;
    default:
      return false;
  }
}

function changeOf(part: Part, post: Post | undefined): Change[] {
  if (post === undefined) {
    const noted = { generation: 0, form: 0, refused: undefined, exchange: part.exchange };
    return [{ kind: 'post', ...part, isPaced: false, isOutcomeOpen: false, noted }];
  }
  if (post.hash === part.hash) return [];
  if (post.platformId === undefined) {
    return [{ kind: 'post', ...part, isPaced: false, isOutcomeOpen: true, noted: post }];
  }
  return [{ kind: 'edit', ...part, platformId: post.platformId, streamed: post.streamed, noted: post }];
}

function rank(change: Change): number {
  if (change.kind === 'post') return 0;
  return change.isPaced ? 2 : 1;
}

/** Posts of an older version, which noted no exchange. */
export function unplaced(
  posts: readonly Post[],
  messages: readonly ViewMessage[],
): { key: string; exchange: number }[] {
  const exchanges = new Map(messages.map(({ key, exchange }) => [key, exchange]));
  return posts.flatMap(({ key, exchange }) => {
    const found = exchanges.get(messageKeyOf(key));
    return exchange === undefined && found !== undefined ? [{ key, exchange: found }] : [];
  });
}
