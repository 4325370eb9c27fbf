import { z } from 'zod';
import { isTimeZone } from '../../lib/time-zones.ts';
import { flag, MOST_DAYS, usd } from '../setting-types.ts';

/** Who decides on calls, and how long they are asked. */
export const Approvals = z.strictObject({
  approvers: z
    .array(z.string().min(1))
    .min(1)
    .default(['requester'])
    .describe(
      'Who may decide: "requester", "thread" (whoever wrote in it), "anyone", user ids, or user group ids.',
    ),
  cpu_jobs: flag.default(true).describe('Whether jobs on CPU hardware need approval too.'),
  auto: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Besides runs of jobs, what `yolo` lets through: operations such as "hf_repo_files upload" or "hf_repo_git merge_pr". What deletes, is public or has no known cost is asked about nevertheless.',
    ),
  second_above_usd: usd
    .optional()
    .describe('Above this estimate (or where the cost is not known) a second person has to approve.'),
  second_approvers: z
    .array(z.string().min(1))
    .min(1)
    .default(['anyone'])
    .describe('Who may be the second person; never the first one.'),
  remind_minutes: z.coerce
    .number()
    .nonnegative()
    .max(MOST_DAYS * 1_440)
    .default(60)
    .describe('An approval that is open for so long is brought to mind once, with a mention; 0 is never.'),
  lapse_hours: z.coerce
    .number()
    .nonnegative()
    .max(MOST_DAYS * 24)
    .default(72)
    .describe('After so long an open approval lapses and its call is not run; 0 is never.'),
  side_questions: flag
    .default(true)
    .describe(
      'A message leaves an open approval open: the agent reads it, and what it proposes instead takes its place. Without, any message sets it aside.',
    ),
});

/** What may be spent, and who may let more be spent. */
export const Budgets = z
  .strictObject({
    session_usd: usd.optional().describe('Of one session, in USD.'),
    person_day_usd: usd.optional().describe('Of the sessions that one person began, a UTC day.'),
    channel_day_usd: usd.optional().describe('Of one channel, a UTC day.'),
    day_usd: usd.optional().describe('Of everything, a UTC day.'),
    workspaces: z
      .record(z.string(), z.strictObject({ day_usd: usd }))
      .optional()
      .describe('Of single workspaces or servers, by platform id, a UTC day.'),
    roles: z
      .record(z.string(), z.strictObject({ person_day_usd: usd }))
      .optional()
      .describe(
        'In place of person_day_usd, for who is in a role of Discord ("role:<id>") or a user group of Slack ("S…") when a session begins; the highest counts.',
      ),
    approvers: z
      .array(z.string().min(1))
      .default([])
      .describe('Who may approve what passes a budget: user ids or user group ids.'),
    warn_usd: usd
      .default(5)
      .describe(
        'A session that has spent so much asks whether to go on, and again at each doubling; 0 is never.',
      ),
  })
  .refine(
    ({ approvers, warn_usd: _warn, ...limits }) =>
      approvers.length > 0 || Object.values(limits).every((limit) => limit === undefined),
    'approvers must name who may approve what passes a budget',
  );

/** What the agent is told besides. */
export const Prompts = z.strictObject({
  time_zone: z
    .string()
    .refine(isTimeZone, 'must be a time zone such as Europe/Paris')
    .default('UTC')
    .describe(
      'In which the agent is told the date; also that of people whose own is not known, for pings and times in notifications.',
    ),
  channels: z
    .record(z.string(), z.string().max(8_000))
    .default({})
    .describe('Instructions for the agent in a channel, by the platform’s channel id.'),
});

const replies = z.enum(['all', 'mentions']);

const PlaceRules = z.strictObject({
  users: z.array(z.string()).optional().describe('The only people who may use it there.'),
  approvers: z.array(z.string()).min(1).optional().describe('In place of approvals.approvers.'),
  replies: replies.optional(),
});

/** Who may use the bot, and where. */
export const Access = z.strictObject({
  deny_people: z.array(z.string()).default([]).describe('People who may not use the bot (platform ids).'),
  deny_channels: z.array(z.string()).default([]).describe('Channels where it may not be used.'),
  hello: flag
    .default(true)
    .describe(
      'Whether it says hello, once, in channels of Slack and servers of Discord that it is invited to.',
    ),
  allow_channels: z
    .array(z.string())
    .default([])
    .describe('The only channels where it may be used; [] is all.'),
  guests: flag.default(false).describe('Whether guests of the workspace may use it.'),
  strangers: flag
    .default(false)
    .describe('Whether people of other workspaces, who share a channel with this one, may use it.'),
  admins: z
    .array(z.string())
    .default(['admins'])
    .describe(
      'Who may change the settings of channels from the chat: "admins" (of the workspace), user ids, user group ids; [] is nobody.',
    ),
  accounts: flag
    .default(true)
    .describe(
      'Whether people may sign in with a Hugging Face token of their own, under which their sessions then act once they approve it. Takes ENCRYPTION_KEY.',
    ),
  replies: replies
    .default('all')
    .describe('In threads of its own: "all" replies are for the bot, or only "mentions" are.'),
  channels: z
    .record(z.string(), PlaceRules)
    .default({})
    .describe('Rules of single channels, by platform id.'),
  workspaces: z
    .record(z.string(), PlaceRules)
    .default({})
    .describe('The same for whole workspaces or servers; what is said of a channel goes before it.'),
});
