import type { From } from '../../src/controller/from.ts';
import {
  type BoardInbound,
  fromOnePerson,
  type OnePerson,
  sayOnBoard,
  type Told,
} from '../shared/board-inbound.ts';
import type { Visitor } from './entry.ts';
import { offered, type Say } from './requests.ts';
import { addressOf, PLATFORM } from './traits.ts';

/** Somebody of the page as the board's controller knows them. */
export const onPage = ({ person, isAdmin }: Visitor): OnePerson => ({
  platform: PLATFORM,
  person,
  isAdmin,
  addressOf,
});

/** Something that somebody did on the page, and where. */
export const fromPage = (
  visitor: Visitor,
  did: { id: string; thread?: string | undefined; timeZone?: string | undefined },
  isFromList: boolean,
): From => fromOnePerson(onPage(visitor), did, isFromList);

/** Takes in what a page has sent. */
export const say = (inbound: BoardInbound, visitor: Visitor, said: Say): Promise<Told> =>
  sayOnBoard(inbound, onPage(visitor), { ...said, files: offered(said.files, said.id) });
