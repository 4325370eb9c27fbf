import type { Traits } from '../../src/controller/traits.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { STYLE } from './style.ts';

/** How its threads are addressed: the terminal is one channel, of a workspace of its own. */
export const PLATFORM = 'terminal';
const [WORKSPACE, CHANNEL] = ['terminal', 'terminal'];

export const addressOf = (thread: string): ThreadAddress => ({
  platform: PLATFORM,
  workspace: WORKSPACE,
  channel: CHANNEL,
  thread,
});

export const TRAITS: Traits = {
  platform: PLATFORM,
  style: STYLE,
  slash: '/',
  managers: 'whoever has this terminal',
  asksWhetherSure: true,
  form: { fields: 40, textCharacters: 100_000 },
  listed: { sessions: 30, jobs: 30 },
  signsInByCommand: true,
  takesCommandsInThreads: true,
  threadLink: STYLE.thread,
  titledLink: (_address, title) => title,
  messageUrl: STYLE.thread,
  nameOf: async (id) => STYLE.person(id),
};
