import { z } from 'zod';
import type { PlatformSettings } from '../platform-settings.ts';
import { count } from '../setting-types.ts';

const ListedChannel = z.strictObject({
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,79}$/u, 'must be a name of letters, digits, _, . and -, without #')
    .describe('What the agent and the thread call it.'),
  platform: z.string().describe('"slack" or "discord".'),
  workspace: z.string().min(1).describe('The platform’s id of its workspace or server.'),
  channel: z.string().min(1).describe('The platform’s id of the channel.'),
});

/** Other channels that the agent may say something in. */
export const Notify = z.strictObject({
  channels: z
    .array(ListedChannel)
    .max(200)
    .refine(
      (listed) =>
        new Set(
          listed.map(({ platform, workspace, name }) => `${platform} ${workspace} ${name.toLowerCase()}`),
        ).size === listed.length,
      'has a name twice in one workspace',
    )
    .default([])
    .describe(
      'Channels besides a session’s own that the agent may post short messages in, from sessions of the same workspace, without asking anybody; [] is none, and the agent does not know of it.',
    ),
  per_hour: count.default(10).describe('Messages of one session in an hour; each channel counts.'),
  per_session: count.default(50).describe('Messages of one session in all.'),
});

/** The same, where it is known which platforms have other channels, and what ids of those look like. */
export const notifyOn = (platforms: readonly Pick<PlatformSettings, 'name' | 'places'>[]) =>
  Notify.superRefine(({ channels }, context) => {
    const wrong = (at: number, setting: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['channels', at, setting], message });
    for (const [at, listed] of channels.entries()) {
      const places = platforms.find(({ name }) => name === listed.platform)?.places;
      if (places === undefined)
        wrong(at, 'platform', `must be ${withChannels(platforms)}: others have no other channels`);
      else if (!places.workspace.test(listed.workspace))
        wrong(at, 'workspace', `is no id of a workspace or server of ${listed.platform}`);
      else if (!places.channel.test(listed.channel))
        wrong(at, 'channel', `is no id of a channel of ${listed.platform}`);
    }
  });

const withChannels = (platforms: readonly Pick<PlatformSettings, 'name' | 'places'>[]): string =>
  platforms.flatMap(({ name, places }) => (places === undefined ? [] : [`"${name}"`])).join(' or ');
