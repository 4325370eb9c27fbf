import type { Traits } from '../../src/controller/traits.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { STYLE, threadPath } from './style.ts';

/** How its threads are addressed: the page is one channel, of a workspace of its own. */
export const PLATFORM = 'page';
const [WORKSPACE, CHANNEL] = ['page', 'page'];

export const addressOf = (thread: string): ThreadAddress => ({
  platform: PLATFORM,
  workspace: WORKSPACE,
  channel: CHANNEL,
  thread,
});

export const TRAITS: Traits = {
  platform: PLATFORM,
  style: STYLE,
  slash: '/ml-intern',
  managers: 'whoever has this page',
  asksWhetherSure: true,
  form: { fields: 40, textCharacters: 100_000 },
  listed: { sessions: 30, jobs: 30 },
  signsInByCommand: true,
  takesCommandsInThreads: true,
  threadLink: ({ thread }) => `[the thread](${threadPath(thread)})`,
  titledLink: ({ thread }, title) => `[${title}](${threadPath(thread)})`,
  messageUrl: ({ thread }) => threadPath(thread),
  nameOf: async (id) => STYLE.person(id),
};
