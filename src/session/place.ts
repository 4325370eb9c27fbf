import { and, eq } from 'drizzle-orm';
import { sessions } from '../db/schema.ts';
import type { ThreadAddress } from './address.ts';

/** The condition that a session is the one of a thread. */
export const isAt = ({ platform, workspace, channel, thread }: ThreadAddress) =>
  and(
    eq(sessions.platform, platform),
    eq(sessions.workspace, workspace),
    eq(sessions.channel, channel),
    eq(sessions.thread, thread),
  );
