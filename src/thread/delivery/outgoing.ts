import type { Standing } from '../view/view-message.ts';

/** A message in its platform's own form, as JSON. */
export type Payload = Readonly<Record<string, unknown>>;

/** What a platform is sent to show one thing. Only a message has a form of the platform's own. */
export type Outgoing =
  /**
   * `stream`: it is of a message that grows, where the platform has a way of its own for that. `first`: what
   * is posted before it becomes `body` by an edit, where `body` would call nobody; usable as it is.
   */
  | { kind: 'message'; body: Payload; stream?: Stream; first?: Payload }
  | Upload
  | ({ kind: 'reaction' } & Reaction)
  /** How the thread stands as a whole. */
  | { kind: 'standing'; standing: Standing }
  /** What the thread is called. */
  | Title;

/** A file, with what is said about it. */
export type Upload = {
  kind: 'upload';
  file: { id: string; name: string };
  text: string;
  /** What a picture shows, for those who can't see it; plain text. */
  alt?: string | undefined;
  /** What can be pressed below it, in the platform's own form. */
  buttons?: readonly Payload[];
  /** Whom it calls (platform ids), and the message that does so where the file can't be had. */
  calling?: { people: readonly string[]; without: Payload };
};

/** An emoji on a message that somebody wrote: how it stands with what they asked. */
export type Reaction = { on: string; name: string };

type Title = { kind: 'title'; text: string };

/** All that a message that grows shows by now. */
export type Stream = {
  text: string;
  /** Whom it is for (platform id). */
  to: string;
  tasks: readonly { id: string; title: string; status: 'pending' | 'in_progress' | 'complete' }[];
};

/** Whether it is of a message that grows. */
export const isStreamed = (outgoing: Outgoing): boolean =>
  outgoing.kind === 'message' && outgoing.stream !== undefined;

/**
 * Whether it is a reaction, or a thread's name or standing: platforms limit those by themselves, and nothing
 * is lost without them.
 */
export function isDecoration(outgoing: Outgoing): boolean {
  switch (outgoing.kind) {
    case 'reaction':
    case 'standing':
    case 'title':
      return true;
    case 'message':
    case 'upload':
      return false;
    default:
      return outgoing satisfies never;
  }
}

/**
 * What is hashed to know later whether a post shows this. The form must stay as it is, with the order of its
 * keys: the record has hashes that older versions have noted, and what has another hash is edited or uploaded
 * again.
 */
export function hashed(outgoing: Outgoing): object {
  switch (outgoing.kind) {
    case 'message': {
      const { body, stream } = outgoing;
      return stream === undefined ? body : { ...body, stream };
    }
    case 'upload':
      return { file: outgoing.file, text: outgoing.text };
    case 'reaction':
      return { reaction: { on: outgoing.on, name: outgoing.name } };
    case 'standing':
      return { standing: outgoing.standing };
    case 'title':
      return { title: outgoing.text };
    default:
      return outgoing satisfies never;
  }
}

/** What a file's bytes are read with; undefined once they are no longer kept. */
export type BytesOf = (fileId: string) => Promise<Uint8Array | undefined>;

const REACTION = 'reaction:';

/** What a reaction is known by: the message that it is on, and its name. */
export const reactionId = ({ on, name }: Reaction): string => `${REACTION}${on}:${name}`;

/** The reaction that is known by an id; undefined where the id is of something else. */
export function reactionOfId(platformId: string): Reaction | undefined {
  if (!platformId.startsWith(REACTION)) return undefined;
  const [on = '', name = ''] = platformId.slice(REACTION.length).split(':');
  return { on, name };
}

/** What is known by this is shown by how the thread stands: that itself, or a reaction that says the same. */
export const STANDING = 'standing';

/** What a thread's name is known by. */
export const TITLE = 'title';
