import type { Board } from '../../src/controller/platform-definition.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import type { BytesOf, Upload } from '../../src/thread/delivery/outgoing.ts';
import { type BoardForm, createBoardOutbound } from '../shared/board-outbound.ts';
import { Body } from './messages.ts';
import { printed } from './printer.ts';
import { threadPath } from './style.ts';

/** The page's side of threads. */
export const createPageOutbound = (board: Board, bytesOf: BytesOf): Outbound =>
  createBoardOutbound(board, bytesOf, PAGE);

const PAGE: BoardForm = {
  body: Body,
  editIntervalMs: 400,
  translate: printed,
  threadUrl: threadPath,
  fileBody,
};

/** A message that shows a file. */
export function fileBody({ file, text, alt, buttons = [], calling }: Upload): Record<string, unknown> {
  const piece = { kind: 'file', fileId: file.id, name: file.name, ...(alt ? { alt } : {}) };
  const said = text.trim() === '' ? [] : [{ kind: 'markdown', text }];
  const body = { kind: 'file', headline: file.name, isCalling: calling !== undefined };
  return { ...body, pieces: [...said, piece, ...buttons] };
}
