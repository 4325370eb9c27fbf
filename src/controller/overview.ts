import {
  JOBS_SEEN,
  NO_JOBS,
  NONE_YET,
  ownRunning,
  settingsOfChannels,
  whereHelpIs,
} from '../thread/words/pages.ts';
import { type Card, type CardPart, jobItem, sessionItem } from './cards.ts';
import type { ControllerDeps } from './clicks.ts';
import { accountCard } from './commands.ts';
import { type From, readableTo } from './from.ts';

/**
 * Somebody's page: their sessions, the jobs that they can see, their account, what has been used, and what
 * holds.
 */
export async function overview(deps: ControllerDeps, from: From): Promise<Card> {
  const { sessions, jobs, models, accounts, traits } = deps;
  const { place, who } = from;
  const [own, all, running] = await Promise.all([
    sessions.of(place, who.id, SESSIONS),
    jobs.list(place, JOBS, readableTo(from)),
    sessions.runningJobs(place, who.id),
  ]);
  const usage = await sessions.usage({ ...place, thread: '' }, await who.person());
  const settings = models.settingsOf(place, { rules: {}, changed: undefined }, (id) => id);
  const account = accounts === undefined ? undefined : await accountCard(deps, from);
  return {
    title: 'ML Intern',
    parts: [
      heading('Your sessions'),
      own.length === 0 ? text(NONE_YET) : list(own.map((session) => sessionItem(session, traits))),
      heading(JOBS_SEEN),
      note(ownRunning(running)),
      all.length === 0 ? text(NO_JOBS) : list(all.map((row) => ({ ...jobItem(row, traits), buttons: [] }))),
      ...(account === undefined ? [] : [heading(account.title), ...account.parts]),
      heading('Usage'),
      { kind: 'markdown', text: usage },
      heading('Settings'),
      { kind: 'markdown', text: settings },
      note(settingsOfChannels(traits.slash)),
      note(whereHelpIs(traits.slash)),
    ],
  };
}

const SESSIONS = 10;
const JOBS = 10;

const heading = (words: string): CardPart => ({ kind: 'heading', text: words });
const text = (words: string): CardPart => ({ kind: 'text', text: words });
const note = (words: string): CardPart => ({ kind: 'note', text: words });
const list = (items: Extract<CardPart, { kind: 'list' }>['items']): CardPart => ({ kind: 'list', items });
