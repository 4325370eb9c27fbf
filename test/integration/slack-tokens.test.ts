import { afterEach, beforeEach, expect, test } from 'vitest';
import { createInstallProvider } from '../../adapters/slack/installs.ts';
import { manyWorkspaces, type Reaching, type Workspaces } from '../../adapters/slack/workspaces.ts';
import { createInstallations } from '../../src/access/installations.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createEncryption } from '../../src/lib/encryption.ts';
import { createRenewals } from '../../src/session/store/renewals.ts';
import { listen } from '../doubles/http.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import { BOT } from '../doubles/slack/workspace.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

let slack: SlackDouble;
beforeEach(async () => {
  slack = await SlackDouble.start({ rateScale: 20 });
});
afterEach(() => slack.close());

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error',
  setName() {},
};
const logger = quiet as unknown as Reaching['logger'];

/** What one process has of the workspaces that the app is installed in. */
function oneProcess(): Workspaces {
  const installations = createInstallations(storage.db, createEncryption('k'.repeat(40)), randomIds);
  const { id, secret } = slack.oauth.client;
  const settings = {
    clientId: id,
    clientSecret: secret,
    stateSecret: 's',
    apiUrl: slack.apiUrl,
    installed: async () => {},
  };
  const provider = createInstallProvider(settings, installations, logger);
  const renewals = createRenewals(storage.db, systemClock, randomIds);
  const tokens = { refused() {}, taken() {} };
  const reaching = { apiUrl: slack.apiUrl, logger, tokens, clock: systemClock };
  return manyWorkspaces(provider, installations, renewals, reaching);
}

/** Somebody installs the app; its token lasts for so long. */
async function install(seconds: number): Promise<void> {
  slack.oauth.expiresIn = seconds;
  const link = `${slack.url}/oauth/v2/authorize?client_id=${slack.oauth.client.id}&state=s`;
  const code = new URL(slack.oauth.allow(link, BOT.team_id), slack.url).searchParams.get('code');
  const granted = slack.oauth.access({
    client_id: slack.oauth.client.id,
    client_secret: slack.oauth.client.secret,
    code,
  });
  const installation = {
    team: { id: BOT.team_id },
    isEnterpriseInstall: false,
    authVersion: 'v2',
    bot: {
      token: granted.access_token,
      refreshToken: granted.refresh_token,
      expiresAt: Math.floor(Date.now() / 1000) + seconds,
      scopes: [],
      id: BOT.bot_id,
      userId: BOT.user_id,
    },
  };
  const installations = createInstallations(storage.db, createEncryption('k'.repeat(40)), randomIds);
  await installations.save('slack', BOT.team_id, JSON.stringify(installation));
  slack.oauth.expiresIn = 43_200;
}

const isReached = async (workspaces: Workspaces) => {
  const workspace = await workspaces.of(BOT.team_id);
  return (await workspace?.client.auth.test())?.ok;
};

test('processes that find a token about to run out at the same time renew it once, and all use the new one', async () => {
  await install(3_600);
  const processes = Array.from({ length: 4 }, oneProcess);
  expect(await Promise.all(processes.map(isReached))).toEqual([true, true, true, true]);
  expect(slack.oauth.renewals).toBe(1);
  expect(await isReached(oneProcess())).toBe(true); // and so is what was written down
  expect(slack.oauth.renewals).toBe(1);
});

test('a process that still uses a token which another one has renewed goes on with the new one', async () => {
  await install(43_200);
  const [one, other] = [oneProcess(), oneProcess()];
  const kept = await one.of(BOT.team_id);
  await install(3_600); // some hours later
  expect(await isReached(other)).toBe(true);
  expect(slack.oauth.renewals).toBe(1);
  const posted = await kept?.client.chat.postMessage({ channel: 'C0ML', text: 'still here' });
  expect(posted?.ok).toBe(true);
  const shared = slack.share('U0ADA', 'C0ML', { name: 'a.txt', text: 'inside' }, 'look');
  const url = String(shared.files?.[0]?.url_private_download);
  const file = await kept?.download(url, 1_000, AbortSignal.timeout(5_000));
  expect(await file?.text()).toBe('inside');
});

test('a token that nobody can renew any more is refused as it was', async () => {
  await install(43_200);
  const workspace = await oneProcess().of(BOT.team_id);
  slack.oauth.revoke(BOT.team_id);
  await expect(workspace?.client.auth.test()).rejects.toThrow('token_revoked');
});

test.each(['/file', '/files-pri/T1/slack.com', '//slack.com.evil.example/file'])(
  'a file that is not kept at Slack is not asked for, and no token shown: %s',
  async (path) => {
    await install(43_200);
    const seen: string[] = [];
    const elsewhere = await listen(async (request, response) => {
      seen.push(String(request.headers.authorization));
      response.end('theirs');
    });
    const workspace = await oneProcess().of(BOT.team_id);
    const url = path.startsWith('//') ? `http:${path}` : `${elsewhere.url}${path}`;
    await expect(workspace?.download(url, 1_000, AbortSignal.timeout(5_000))).rejects.toThrow(
      'not kept at Slack',
    );
    expect(seen).toEqual([]);
    await elsewhere.close();
  },
);

test.each([
  ['elsewhere', 'not kept at Slack', (elsewhere: string) => elsewhere],
  ['from one address to itself', 'from one address to another', () => ''],
])('a file that Slack leads %s is not asked for there', async (_where, words, leadsTo) => {
  await install(43_200);
  const seen: string[] = [];
  const elsewhere = await listen(async (request, response) => {
    seen.push(String(request.headers.authorization));
    response.end('theirs');
  });
  const workspace = await oneProcess().of(BOT.team_id);
  const shared = slack.share('U0ADA', 'C0ML', { name: 'a.txt', text: 'inside' }, 'look');
  const url = String(shared.files?.[0]?.url_private_download);
  const [file] = slack.uploads.files;
  if (file === undefined) throw new Error('there is no file');
  file.leadsTo = leadsTo(elsewhere.url) || url;
  const read = workspace?.download(url, 1_000, AbortSignal.timeout(5_000));
  await expect(read).rejects.toThrow(words);
  expect(seen).toEqual([]);
  await elsewhere.close();
});
