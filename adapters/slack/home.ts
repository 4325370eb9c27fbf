import type { App } from '@slack/bolt';
import type { HomeView, KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Accounts } from '../../src/session/accounts.ts';
import type { Channel } from '../../src/session/address.ts';
import type { KnownRules } from '../../src/session/channel-rules.ts';
import type { JobsOverview } from '../../src/session/jobs-overview.ts';
import type { SessionsOverview } from '../../src/session/sessions-overview.ts';
import type { Session } from '../../src/session/snapshot.ts';
import { stateText } from '../../src/session/status-text.ts';
import { jobCard } from '../../src/thread/cards.ts';
import { cut, jobLines } from '../../src/thread/words.ts';
import { accountBlocks } from './accounts.ts';
import { context, section } from './kit.ts';
import { type LinkTo, threadLink } from './links.ts';
import { HomeOpened } from './payloads.ts';
import type { People } from './people.ts';
import { STYLE } from './style.ts';
import { plain } from './text.ts';
import type { In } from './workspaces.ts';

export type HomeDeps = {
  client: WebClient;
  people: People;
  sessions: SessionsOverview;
  jobs: JobsOverview;
  teamId: string;
  teamUrl: string;
  accounts: Accounts | undefined;
  /** What holds in a channel, as markdown; in none, what holds by default. */
  settingsOf(place: Channel, known: KnownRules, person: (id: string) => string): string;
};

const SESSIONS = 10;
const JOBS = 10;

/** The Home tab: somebody's sessions, the jobs of the workspace, and what has been used. Made anew when it is opened. */
export function listenToHome(app: App, depsIn: In<HomeDeps>): void {
  app.event('app_home_opened', async ({ event, context }) => {
    const { user, tab } = HomeOpened.parse(event);
    if (tab !== 'home') return;
    const deps = await depsIn(context.teamId);
    await showHome(deps, user);
  });
}

export async function showHome(deps: HomeDeps, user: string): Promise<void> {
  await deps.client.views.publish({ user_id: user, view: await homeView(deps, user) });
}

async function homeView(
  { people, sessions, jobs, teamId, teamUrl, settingsOf, accounts }: HomeDeps,
  user: string,
): Promise<HomeView> {
  const place = { platform: 'slack' as const, workspace: teamId };
  const [own, all, running] = await Promise.all([
    sessions.of(place, user, SESSIONS),
    jobs.list(place, JOBS),
    sessions.runningJobs(place, user),
  ]);
  const name = await people.name(user);
  const usage = await sessions.usage({ ...place, channel: '', thread: '' }, { id: user, name });
  const nowhere = { ...place, channel: '' };
  const settings = settingsOf(nowhere, { rules: {}, changed: undefined }, (id) => id);
  const link: LinkTo = (address) => threadLink(address, teamUrl);
  return {
    type: 'home',
    blocks: [
      header('Your sessions'),
      ...(own.length === 0
        ? [section('None yet. Mention me in a channel with what you need, or write to me here.')]
        : own.map((session) => sessionLine(session, link))),
      header('Jobs of this workspace'),
      context(running === 1 ? '1 of yours is running' : `${running} of yours are running`),
      ...(all.length === 0
        ? [section('None is running, and none has ended within the last seven days.')]
        : all.map(({ watch, address }) =>
            section(`${jobLines(jobCard(watch), STYLE)} · <${link(address)}|thread>`),
          )),
      ...(accounts
        ? [header('Your Hugging Face account'), ...accountBlocks(await accounts.nameOf(place, user))]
        : []),
      header('Usage'),
      { type: 'markdown', text: usage },
      header('What holds'),
      { type: 'markdown', text: settings },
      context('Channels may have settings of their own: `/ml-intern settings` there shows and changes them.'),
      context(
        'In a thread of mine, `help` lists what can be said there. `/ml-intern help` lists what can be asked anywhere.',
      ),
    ],
  };
}

const header = (text: string): KnownBlock => ({ type: 'header', text: { type: 'plain_text', text } });

export function sessionLine({ settings, state, address }: Session, link: LinkTo): KnownBlock {
  const title = plain(cut(settings.title ?? 'Untitled', 100)).replaceAll('|', ' ');
  return section(`<${link(address)}|${title}> · ${plain(cut(stateText(state), 200))}`);
}
