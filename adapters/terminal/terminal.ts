import { ADMITS_ALL } from '../../src/controller/admission.ts';
import type { Platform } from '../../src/controller/platform.ts';
import type { ConnectionParts } from '../../src/controller/platform-definition.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import type { Upload } from '../../src/thread/delivery/outgoing.ts';
import { type BoardForm, createBoardOutbound } from '../shared/board-outbound.ts';
import { OWNER } from '../shared/one-person.ts';
import { createDesk, type Desk } from './desk.ts';
import { Body } from './messages.ts';
import { printed } from './printer.ts';
import { STYLE } from './style.ts';
import { TRAITS } from './traits.ts';

/** The terminal, with its threads on a board in the record. `begin` is given the desk of who sits at it. */
export function createTerminal(
  { board, bytesOf, clock }: ConnectionParts,
  begin: ((desk: Desk) => void) | undefined,
): Platform {
  const outbound: Outbound = createBoardOutbound(board, bytesOf, FORM);
  return {
    link: { isUp: () => true },
    outbound,
    async start({ controllerOf, lacks }) {
      const controller = controllerOf(TRAITS, ADMITS_ALL);
      begin?.(createDesk({ controller, board, clock, bytesOf, lacks }));
    },
    mayRead: async (_thread, person) => person === OWNER,
    async stop() {},
  };
}

const FORM: BoardForm = {
  body: Body,
  editIntervalMs: 150,
  translate: printed,
  threadUrl: (thread) => STYLE.thread({ channel: '', thread }),
  fileBody: ({ file, text }: Upload) => ({
    headline: file.name,
    isCalling: false,
    pieces: text.trim() === '' ? [] : [{ kind: 'text', text }],
    about: { kind: 'file', fileId: file.id, name: file.name },
  }),
};
