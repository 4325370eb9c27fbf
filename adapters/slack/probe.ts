import { z } from 'zod';
import { askOverHttp, FINE, type Finding, type Probe, refused } from '../../src/lib/probe.ts';

const Answer = z.object({ ok: z.boolean(), error: z.string().optional() });

/** What Slack answers where it has trouble itself, or too much was asked: it may work later. */
const PASSING = new Set([
  'fatal_error',
  'internal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'team_added_to_org',
]);

/** The pages of an app's settings where tokens are. */
const PAGES = {
  SLACK_BOT_TOKEN: 'OAuth & Permissions',
  SLACK_APP_TOKEN: 'Basic Information > App-Level Tokens',
};

type Setting = keyof typeof PAGES;

/** Asks Slack whether it takes the bot's token. */
export const botTokenProbe = (apiUrl: string, token: string): Probe =>
  probe('SLACK_BOT_TOKEN', apiUrl, 'auth.test', token);

/** Asks Slack whether Socket Mode may be used with the app's token. */
export const appTokenProbe = (apiUrl: string, token: string): Probe =>
  probe('SLACK_APP_TOKEN', apiUrl, 'apps.connections.open', token);

function probe(setting: Setting, apiUrl: string, method: string, token: string): Probe {
  const who = `Slack at ${new URL(apiUrl).host}`;
  const place = { who, setting: 'SLACK_API_URL', url: new URL(method, apiUrl).toString() };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' };
  return {
    who,
    ask: (signal) =>
      askOverHttp(place, { method: 'POST', headers, signal }, ({ status, json }) => {
        const answer = Answer.safeParse(json);
        if (!answer.success) return { kind: 'away', who, why: `it answers ${status}, but not as Slack does` };
        const { ok, error = 'no reason' } = answer.data;
        if (ok) return FINE;
        return PASSING.has(error) ? { kind: 'away', who, why: error } : refusal(setting, error);
      }),
  };
}

function refusal(setting: Setting, error: string): Finding {
  const remedy =
    REMEDIES[error] ??
    `Reinstall the app, or copy the current token from "${PAGES[setting]}" of your app's settings.`;
  return refused(`${setting} was refused by Slack (${error}). ${remedy}`);
}

const REMEDIES: Readonly<Record<string, string>> = {
  missing_scope: 'Give it the scope connections:write, at "Basic Information > App-Level Tokens".',
  not_allowed_token_type: 'It is a token of another kind; see docs/SLACK.md.',
  socket_mode_not_enabled: 'Turn Socket Mode on, at "Socket Mode" of your app\'s settings.',
};
