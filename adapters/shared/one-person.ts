import type { Traits } from '../../src/controller/traits.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Mentions } from '../../src/session/mentions.ts';
import type { Rooms } from './printer.ts';

/* What platforms have in common that the program shows itself, to the one person who runs it. */

/** That person. */
export const OWNER = 'owner';

/** There is nobody else, and no groups. */
export const MENTIONS: Mentions = {
  kindOf: (who) => (who === OWNER ? 'person' : undefined),
  person: (id) => (id === OWNER ? '@you' : `@${id.replace(/[^\w.-]/g, '')}`),
  group: (id) => `@${id.replace(/[^\w.-]/g, '')}`,
};

/** How threads of such a platform are addressed: it is one channel, of a workspace of its own. */
export const addressesOn =
  (platform: string) =>
  (thread: string): ThreadAddress => ({ platform, workspace: platform, channel: platform, thread });

type Own = 'platform' | 'style' | 'slash' | 'managers' | 'threadLink' | 'titledLink' | 'messageUrl';

/** What such a platform can do, with what is its own of that. */
export const traitsWith = (own: Pick<Traits, Own>): Traits => ({
  ...own,
  asksWhetherSure: true,
  form: { fields: 40, textCharacters: 100_000 },
  listed: { sessions: 30, jobs: 30 },
  signsInByCommand: true,
  takesCommandsInThreads: true,
  nameOf: async (id) => own.style.person(id),
});

/** Nothing bounds the parts of a card but what people read. */
export const ROOMS: Rooms = {
  detail: 2_000,
  plan: 6_000,
  links: 3_000,
  timeline: 6_000,
  tail: 2_000,
  writing: 1_000,
  blocked: 2_000,
  factLine: 2_000,
  facts: 4_000,
  warnings: 4_000,
  warningLines: 8_000,
  preview: 20_000,
  previewBlock: 40_000,
  changed: 1_000,
  jobLinks: 3_000,
  jobMessage: 2_000,
  progress: 4_000,
  jobTail: 2_000,
  question: 6_000,
  file: 4_000,
};
