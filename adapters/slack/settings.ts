import { z } from 'zod';
import { starting, token, type Variable } from '../../src/config/secrets.ts';
import { idList, port } from '../../src/config/setting-types.ts';
import type { Look } from '../../src/config/shapes.ts';
import { FEEDBACK } from '../shared/settings.ts';

/** `slack` in the config file. */
export const SlackSettings = z.strictObject({
  mode: z.enum(['socket', 'http']).default('socket').describe('Socket Mode, or HTTP request URLs.'),
  installs: z
    .enum(['token', 'oauth'])
    .default('token')
    .describe('One workspace by SLACK_BOT_TOKEN, or many by OAuth at /slack/install (mode "http").'),
  allowed_workspaces: idList(/^[TE][A-Z0-9]+$/, 'must be ids of workspaces, such as T0123ABCD').describe(
    'The only workspaces that may use the bot: what installs "oauth" needs. With SLACK_BOT_TOKEN its own one may, and a list has to name it.',
  ),
  streaming: z
    .enum(['direct', 'native', 'edits'])
    .default('direct')
    .describe(
      'Where answers are shown by streams of Slack’s own while they are written: in direct messages, everywhere ("native") or nowhere ("edits"). Of a stream in a channel only whoever asked sees more than its beginning before it ends.',
    ),
  feedback: FEEDBACK,
  port: port.default(3000).describe('Port of the HTTP mode.'),
  rate_factor: z.coerce
    .number()
    .positive()
    .default(1)
    .describe(
      'How many times the published rates may be sent, for a workspace whose limits Slack has raised.',
    ),
  host: z.string().default('0.0.0.0').describe('Address the HTTP mode listens on.'),
  api_url: z.url().default('https://slack.com/api/').describe('Base URL of the Web API, with a final slash.'),
});
export type SlackSettings = z.infer<typeof SlackSettings>;

export type SlackVariable =
  | 'SLACK_BOT_TOKEN'
  | 'SLACK_APP_TOKEN'
  | 'SLACK_SIGNING_SECRET'
  | 'SLACK_CLIENT_ID'
  | 'SLACK_CLIENT_SECRET';

/** Slack says with status 200 that it refuses a token. */
const WITH_STATUS_200 = { isWatchedByAdapter: true } as const;

export const SLACK_VARIABLES: Readonly<Record<SlackVariable, Variable>> = {
  SLACK_BOT_TOKEN: {
    check: starting('xoxb-'),
    help: 'the bot token of your Slack app; from "OAuth & Permissions" after installing the app',
    ...WITH_STATUS_200,
  },
  SLACK_APP_TOKEN: {
    check: starting('xapp-'),
    help: 'the app-level token for Socket Mode (scope connections:write); from "Basic Information"',
    ...WITH_STATUS_200,
  },
  SLACK_SIGNING_SECRET: {
    // Slack's are 32 hexadecimal digits. What is too short for one, or something else, is refused; the rest
    // is told of.
    check: token((value, kindOf) => {
      const isOther = kindOf(value) !== undefined && !isSigningSecret(value);
      return value.length < 8 || isOther ? 'must have 32 hexadecimal digits' : undefined;
    }),
    help: 'the secret that proves HTTP requests come from Slack; from "Basic Information"',
  },
  SLACK_CLIENT_ID: {
    check: token(),
    help: 'the client id of your Slack app, for installs in many workspaces; from "Basic Information"',
  },
  SLACK_CLIENT_SECRET: {
    check: token(),
    help: 'the client secret of your Slack app; from "Basic Information"',
  },
};

const SIGNING_SECRET = /^[0-9a-f]{32}$/;

export const isSigningSecret = (value: string): boolean => SIGNING_SECRET.test(value);

export const SLACK_LOOKS: readonly Look[] = [
  [/^xoxb-/, 'a bot token of Slack, which belongs to SLACK_BOT_TOKEN'],
  [/^xapp-/, 'an app-level token of Slack, which belongs to SLACK_APP_TOKEN'],
  [/^xoxp-/, 'a user token of Slack; the bot needs the one that begins with xoxb-'],
  [/^xoxe/, 'a token of Slack that only renews others; the bot needs the one that begins with xoxb-'],
  [SIGNING_SECRET, 'a signing secret of Slack, which belongs to SLACK_SIGNING_SECRET'],
];

/**
 * Ids of workspaces and channels: https://docs.slack.dev/reference/objects/conversation-object. Direct
 * messages (`D…`) are no channel.
 */
export const SLACK_PLACES = { workspace: /^[TE][A-Z0-9]+$/, channel: /^[CG][A-Z0-9]+$/ };
