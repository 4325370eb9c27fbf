import type { Standing } from '../view/view-message.ts';
import { deliveriesOf } from './delivery.ts';
import type { Delivery, Failed, HowToEdit } from './outbound.ts';
import {
  type BytesOf,
  type Outgoing,
  type Reaction,
  reactionId,
  reactionOfId,
  STANDING,
  TITLE,
  type Upload,
} from './outgoing.ts';

export type Message = Extract<Outgoing, { kind: 'message' }>;

/**
 * What a platform does with each kind of what it is sent. `Where` is a thread, with what reaches it. What
 * throws failed.
 */
export type Acts<Where> = {
  post(where: Where, key: string, message: Message): Promise<Delivery>;
  edit(where: Where, key: string, platformId: string, message: Message, how: HowToEdit): Promise<Delivery>;
  /** Takes away a message or a file. */
  takeBack(where: Where, platformId: string): Promise<void>;
  share(where: Where, key: string, upload: Upload, bytes: Uint8Array): Promise<Delivery>;
  /** Whether it was put; not where the thread's standing is shown, which says the same. */
  react(where: Where, reaction: Reaction): Promise<boolean>;
  unreact(where: Where, reaction: Reaction): Promise<void>;
  /** Shows how the thread stands as a whole, where it can. */
  stand(where: Where, standing: Standing): Promise<Delivery>;
  name(where: Where, text: string): Promise<Delivery>;
  find(where: Where, key: string, sought: Message | Upload): Promise<Delivery | undefined>;
};

export type ByKind = {
  failureOf(error: unknown): Failed;
  bytesOf: BytesOf;
  /** Every reaction that the bot puts on messages. */
  reactionNames: readonly string[];
};

/** One platform's deliveries: what is the same on each of them for what is sent is done here. */
export function byKind<Where>(acts: Acts<Where>, { failureOf, ...parts }: ByKind) {
  const kinds: Kinds<Where> = { acts, ...parts, delivered: deliveriesOf(failureOf).delivered };
  return {
    post: (where: Where, key: string, outgoing: Outgoing) => post(kinds, where, key, outgoing),
    edit: (where: Where, key: string, platformId: string, outgoing: Outgoing, how: HowToEdit) =>
      edit(kinds, where, key, platformId, outgoing, how),
    remove: (where: Where, platformId: string) => remove(kinds, where, platformId),
    find: (where: Where, key: string, outgoing: Outgoing) => find(kinds, where, key, outgoing),
  };
}

type Kinds<Where> = Omit<ByKind, 'failureOf'> & {
  acts: Acts<Where>;
  delivered: ReturnType<typeof deliveriesOf>['delivered'];
};

async function post<Where>(
  kinds: Kinds<Where>,
  where: Where,
  key: string,
  outgoing: Outgoing,
): Promise<Delivery> {
  const { acts, bytesOf } = kinds;
  switch (outgoing.kind) {
    case 'message':
      return acts.post(where, key, outgoing);
    case 'upload': {
      const bytes = await bytesOf(outgoing.file.id);
      return bytes === undefined ? NOT_KEPT : acts.share(where, key, outgoing, bytes);
    }
    case 'reaction':
      return react(kinds, where, outgoing);
    case 'standing':
      return acts.stand(where, outgoing.standing);
    case 'title':
      return acts.name(where, outgoing.text);
    default:
      return outgoing satisfies never;
  }
}

const react = <Where>(
  { acts, delivered }: Kinds<Where>,
  where: Where,
  reaction: Reaction,
): Promise<Delivery> =>
  delivered(async () => {
    return (await acts.react(where, reaction)) ? reactionId(reaction) : STANDING;
  });

async function edit<Where>(
  kinds: Kinds<Where>,
  where: Where,
  key: string,
  platformId: string,
  outgoing: Outgoing,
  how: HowToEdit,
): Promise<Delivery> {
  const { acts } = kinds;
  switch (outgoing.kind) {
    case 'message':
      return acts.edit(where, key, platformId, outgoing, how);
    case 'upload':
      return { ok: true, platformId }; // what is in a file does not change
    case 'reaction': {
      const taken = await remove(kinds, where, platformId);
      return taken.ok ? react(kinds, where, outgoing) : taken;
    }
    case 'standing':
      return acts.stand(where, outgoing.standing);
    case 'title':
      return acts.name(where, outgoing.text);
    default:
      return outgoing satisfies never;
  }
}

/** What a thread has as a whole, it keeps. */
const OF_THREAD = new Set([TITLE, STANDING]);

const remove = <Where>(
  { acts, delivered }: Kinds<Where>,
  where: Where,
  platformId: string,
): Promise<Delivery> =>
  delivered(async () => {
    const reaction = reactionOfId(platformId);
    if (reaction !== undefined) await acts.unreact(where, reaction);
    else if (!OF_THREAD.has(platformId)) await acts.takeBack(where, platformId);
    return platformId;
  });

async function find<Where>(
  kinds: Kinds<Where>,
  where: Where,
  key: string,
  outgoing: Outgoing,
): Promise<Delivery | undefined> {
  switch (outgoing.kind) {
    case 'message':
    case 'upload':
      return kinds.acts.find(where, key, outgoing);
    case 'reaction':
      return removeOtherReactions(outgoing, kinds.reactionNames, (id) => remove(kinds, where, id));
    case 'standing':
    case 'title':
      return undefined; // it may be set twice
    default:
      return outgoing satisfies never;
  }
}

/**
 * Takes away every other of our reactions, where it is not known which are there; the one that is meant may
 * be put twice. Undefined where that is done.
 */
async function removeOtherReactions(
  reaction: Reaction,
  names: readonly string[],
  take: (platformId: string) => Promise<Delivery>,
): Promise<Delivery | undefined> {
  for (const name of names.filter((other) => other !== reaction.name)) {
    const taken = await take(reactionId({ on: reaction.on, name }));
    if (!taken.ok && !isLasting(taken)) return taken;
  }
  return undefined;
}

/**
 * Whether a reaction that could not be taken away will not be by trying again either: the one that is meant
 * is put beside it.
 */
function isLasting(failed: Failed): boolean {
  return (
    failed.reason === 'gone' || failed.reason === 'final' || (failed.reason === 'closed' && !failed.isPlace)
  );
}

const NOT_KEPT: Failed = {
  ok: false,
  reason: 'final',
  code: 'not_kept',
  why: 'it is no longer kept; ask me for it again',
};

/** What somebody is to be told of a direct message, in which they are told already. */
export const NOWHERE_ELSE: Failed = {
  ok: false,
  reason: 'final',
  code: 'direct_message',
  why: 'there is no other place to tell them',
};
