import { z } from 'zod';
import type { ThreadAddress } from './address.ts';

/** A channel that sessions may say something in: as the config calls it, and the platform's id of it. */
export type ListedChannel = { name: string; platform: string; workspace: string; channel: string };

export const Severity = z.enum(['info', 'success', 'warning', 'error']);
export type Severity = z.infer<typeof Severity>;

/** What is said in another channel: plain text, nothing in it is marked, and nobody is called by it. */
export const Said = z.object({ title: z.string(), message: z.string(), severity: Severity });
export type Said = z.infer<typeof Said>;

/** How it went. `refused`: why not, for people, after a colon; `withdrawn`: people stopped it before. */
export const AnnouncementOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('posted') }),
  z.object({ kind: z.literal('refused'), why: z.string() }),
  z.object({ kind: z.literal('withdrawn') }),
]);
export type AnnouncementOutcome = z.infer<typeof AnnouncementOutcome>;

/** What a call has said in one channel, and how that went; undefined while it is on its way. */
export type Announced = { name: string; outcome: AnnouncementOutcome | undefined };

/** How much a session may say in other channels: in an hour, and in all. Each channel counts. */
export type MostAnnouncements = { perHour: number; perSession: number };

/** The channels that sessions of a workspace may say something in. */
export const listedIn = (
  channels: readonly ListedChannel[],
  { platform, workspace }: Pick<ThreadAddress, 'platform' | 'workspace'>,
): ListedChannel[] =>
  channels.filter((listed) => listed.platform === platform && listed.workspace === workspace);
