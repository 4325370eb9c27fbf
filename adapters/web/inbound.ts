import type { From } from '../../src/controller/from.ts';
import {
  type BoardInbound,
  fromOnePerson,
  type OnePerson,
  sayOnBoard,
  type Told,
} from '../shared/board-inbound.ts';
import { OWNER } from '../shared/one-person.ts';
import { offered, type Say } from './requests.ts';
import { addressOf, PLATFORM } from './traits.ts';

/** Whoever has the page. */
export const VISITOR: OnePerson = { platform: PLATFORM, person: { id: OWNER, name: 'You' }, addressOf };

/** Something that somebody did on the page, and where. */
export const fromPage = (
  did: { id: string; thread?: string | undefined; timeZone?: string | undefined },
  isFromList: boolean,
): From => fromOnePerson(VISITOR, did, isFromList);

/** Takes in what a page has sent. */
export const say = (inbound: BoardInbound, said: Say): Promise<Told> =>
  sayOnBoard(inbound, VISITOR, { ...said, files: offered(said.files, said.id) });
