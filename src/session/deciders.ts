import { z } from 'zod';
import { Person } from './address.ts';

/** Whom the config names by an id, as people call them; of a group or role its people, where they are few. */
export const Approver = z.object({ name: z.string(), people: z.array(Person).optional() });
export type Approver = z.infer<typeof Approver>;

/** Whom something waits for. Undefined in what versions asked that called nobody. */
export const Deciders = z.object({
  /** Whom its card calls (platform ids). */
  called: z.array(z.string()),
  /** Who may decide, as the config names them. */
  approvers: z.array(z.string()),
  /** Those of them that are named by an id, as far as their platform has told who that is. */
  known: z.record(z.string(), Approver).optional(),
  /** When it lapses. */
  until: z.coerce.date().optional(),
});
export type Deciders = z.infer<typeof Deciders>;

/** Of a group or role that has more people than that nobody is called. */
export const MOST_CALLED = 5;

/** Who decides, in words that call nobody: each once, in the order of the config. */
export function deciderNames({ approvers, known = {} }: Deciders, requester: Person): string[] {
  const names = approvers.flatMap((who) => {
    if (who === 'requester') return [requester.name];
    if (who === 'thread') return ['whoever wrote in this thread'];
    if (who === 'anyone') return ['anyone here'];
    const found = known[who];
    if (found === undefined) return [UNKNOWN];
    if (found.people === undefined) return [found.name];
    return found.people.length === 0 ? [`members of ${found.name}`] : found.people.map(({ name }) => name);
  });
  return [...new Set(names)];
}

const UNKNOWN = 'somebody who is named in my config';

/** Names in a sentence: "Ada, Grace or Linus". */
export const either = (names: readonly string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : (names[0] ?? 'nobody');

/**
 * Whether somebody (platform id) is among deciders, as far as that is known without asking their platform: of
 * a large group it is not.
 */
export function isDecider({ approvers, known = {} }: Deciders, requester: Person, by: string): boolean {
  return approvers.some((who) => {
    if (who === 'requester') return by === requester.id;
    if (who === 'anyone' || who === 'thread' || who === by) return true;
    return known[who]?.people?.some(({ id }) => id === by) ?? false;
  });
}
