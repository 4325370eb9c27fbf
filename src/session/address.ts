import { z } from 'zod';

/** Where a thread is: unique over all platforms. Every part is the platform's own id, as text. */
export const ThreadAddress = z.object({
  platform: z.string(),
  workspace: z.string(),
  channel: z.string(),
  thread: z.string(),
});
export type ThreadAddress = z.infer<typeof ThreadAddress>;

/**
 * Stands for the workspace where people write to the bot outside of any. They have nothing in common: each of
 * their channels stands for itself.
 */
export const NO_WORKSPACE = '@me';

const UNBEGUN = 'unbegun:';

/** Stands for the thread of a session until that is begun on its platform, where nobody can write yet. */
export const unbegunThread = (sessionId: string): string => `${UNBEGUN}${sessionId}`;

export const isUnbegun = ({ thread }: Pick<ThreadAddress, 'thread'>): boolean => thread.startsWith(UNBEGUN);

/** A channel, as the address of its threads begins. */
export const Channel = ThreadAddress.omit({ thread: true });
export type Channel = z.infer<typeof Channel>;

/** A workspace of a platform. */
export type Workspace = Pick<ThreadAddress, 'platform' | 'workspace'>;

/** Someone who writes or clicks. `name` is what the model is told; `id` is what counts for permissions. */
export const Person = z.object({ id: z.string(), name: z.string() });
export type Person = z.infer<typeof Person>;

/** Who began a session, and which of the groups and roles that budgets name they were in then. */
export const Requester = Person.extend({ groups: z.array(z.string()).optional() });
export type Requester = z.infer<typeof Requester>;
