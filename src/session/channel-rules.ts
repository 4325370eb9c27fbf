import { z } from 'zod';
import { Effort } from '../config/effort.ts';
import type { Person } from './address.ts';

/** What people have set for one channel, from the chat: it takes the place of what the config says for it. */
export const ChannelRules = z.object({
  model: z.string().min(1).optional(),
  effort: Effort.optional(),
  /** The only people who may use the bot there. */
  users: z.array(z.string()).min(1).optional(),
  approvers: z.array(z.string()).min(1).optional(),
  replies: z.enum(['all', 'mentions']).optional(),
  /** `quiet` threads show no steps and no drafts: plan, approvals, jobs and answers only. */
  verbosity: z.enum(['normal', 'quiet']).optional(),
  /** Of all sessions of the channel, in USD a UTC day. */
  dayUsd: z.number().nonnegative().optional(),
  /** For the agent. */
  instructions: z.string().max(3_000).optional(),
});
export type ChannelRules = z.infer<typeof ChannelRules>;

/** Rules, and who set them when; neither where nobody has. */
export type KnownRules = { rules: ChannelRules; changed: { by: Person; at: Date } | undefined };
