import { ACTIONS, ALL, offerValue } from '../../src/controller/actions.ts';
import { batchDigest } from '../../src/controller/batch-digest.ts';
import type { Control } from '../../src/controller/controls.ts';
import { cut } from '../../src/lib/cut.ts';
import type { AnswerForm } from '../../src/thread/delivery/answer-parts.ts';
import { ROOMS } from './one-person.ts';
import type { Printer } from './printer.ts';

/* How messages are printed that stand on a board: nothing bounds them but what people read. */

/** Threads of a board are all in one place. */
export const EVERYWHERE = { channel: '' };

/** What an answer has room for; it is shown once it is there. */
export const BOARD_ANSWERS = {
  characters: 30_000,
  least: 300,
  shownParts: 2,
  isStreamed: false,
} as const satisfies Partial<AnswerForm>;

type Same = 'rooms' | 'reactions' | 'showsStanding' | 'named' | 'scriptValue' | 'allValues' | 'keepsChange';

export const BOARD_PRINTER: Pick<Printer<unknown>, Same> = {
  rooms: ROOMS,
  // How a request stands is shown by its thread.
  reactions: { working: 'working', waiting: 'waiting', done: 'done', failed: 'failed', stopped: 'stopped' },
  showsStanding: true,
  named: (text) => [{ kind: 'title', text: cut(text, 200) }],
  scriptValue: ({ toolCallId }) => toolCallId,
  allValues: (open) => [ALL, batchDigest(open)],
  keepsChange: true,
};

/** Buttons in a row, where there are any. */
export const buttonsOf = (buttons: readonly Control[]) =>
  buttons.length === 0
    ? []
    : [
        {
          kind: 'buttons' as const,
          buttons: buttons.map((button) => ({ ...button, values: [...button.values] })),
        },
      ];

/** What is offered below a notice, as buttons. */
export const offersOf = (offered: { id: number; labels: readonly string[] } | undefined): Control[] =>
  (offered?.labels ?? []).map((label, i) => ({
    label,
    name: ACTIONS.offer,
    values: [offerValue(offered?.id ?? 0, i)],
  }));
