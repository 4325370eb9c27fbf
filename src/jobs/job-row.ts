import type { watches } from '../db/schema/jobs.ts';
import type { sessions } from '../db/schema/sessions.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { sessionOf, watchOf } from '../session/store/rows.ts';
import type { Watch } from '../session/watches.ts';

/** A followed job, with the thread it belongs to. */
export type JobRow = { watch: Watch; address: ThreadAddress; requester: Person };

/** Throws where the row can't be read. */
export function jobRowOf(row: {
  watches: typeof watches.$inferSelect;
  sessions: typeof sessions.$inferSelect;
}): JobRow {
  const { address, requester } = sessionOf(row.sessions);
  return { watch: watchOf(row.watches), address, requester };
}
