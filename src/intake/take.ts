import { and, eq, not } from 'drizzle-orm';
import { type Known, knowingGroups } from '../approvals/approvers.ts';
import type { Tx } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import type { Requester } from '../session/address.ts';
import type { Operation } from '../session/operations.ts';
import type { SessionState } from '../session/state.ts';
import { keepFile } from '../session/store/files.ts';
import { insertOperation } from '../session/store/inbox.ts';
import type { IncomingMessage } from '../session/store/incoming.ts';
import { sessionAt } from '../session/store/session-at.ts';
import { noteKnownZone, type Somebody } from '../session/store/time-zones.ts';
import { isBetweenPeople } from './asides.ts';
import { type Asked, askedBy } from './asked.ts';
import { attachmentsIn, placed, placedOf } from './attachments.ts';
import { withGroups } from './branch.ts';
import {
  checked,
  cleaned,
  follow,
  hasSession,
  type IntakeParts,
  say,
  withCleanName,
  withFiles,
} from './parts.ts';

/** Takes in one message: finds or makes its session, and writes down what it asks for. */
export async function take(parts: IntakeParts, incoming: IncomingMessage): Promise<void> {
  if (isBetweenPeople(incoming.text) && (await hasSession(parts, incoming.address))) return;
  const asked = await askedBy(parts, cleaned(parts, incoming));
  const requester = await requesterOf(parts, incoming);
  await parts.noteApprovers?.(incoming.address);
  const zone = newZone(parts, incoming);
  const sessionId = await knowingGroups(parts.policy, incoming.author, (known) =>
    parts.db.transaction('taking in a message', async (tx) => {
      const id = await findOrCreate(tx, parts, incoming, requester);
      if (zone !== undefined) await noteKnownZone(tx, zone.who, zone.timeZone);
      await write(tx, parts, id, incoming, asked, known);
      return id;
    }),
  );
  if (zone !== undefined) keepZone(parts, zone);
  await follow(parts, incoming.address, sessionId, asked, incoming.timeZone);
}

type Zone = { who: Somebody; timeZone: string };

/** The time zone that somebody's platform knows, where it was not written down before. */
function newZone(
  { zones }: Pick<IntakeParts, 'zones'>,
  { address, author, timeZone }: IncomingMessage,
): Zone | undefined {
  const { platform, workspace } = address;
  const who = { platform, workspace, person: author.id };
  const isNew = timeZone !== undefined && zones.get(JSON.stringify(who)) !== timeZone;
  return isNew ? { who, timeZone } : undefined;
}

function keepZone({ zones }: Pick<IntakeParts, 'zones'>, { who, timeZone }: Zone): void {
  if (zones.size >= KNOWN_PEOPLE) zones.clear();
  zones.set(JSON.stringify(who), timeZone);
}

const KNOWN_PEOPLE = 10_000;

/** Who begins a session. The platform is asked for their groups only where it matters. */
async function requesterOf(parts: IntakeParts, { address, author }: IncomingMessage): Promise<Requester> {
  return (await hasSession(parts, address)) ? author : withGroups(parts, address, author);
}

/** Writes down what a message asks for, or what it is answered; nothing where that was done before. */
async function write(
  tx: Tx,
  parts: IntakeParts,
  sessionId: string,
  { sourceId, author, messageId, writtenAt, images = [], attachments = [] }: IncomingMessage,
  asked: Asked,
  known: Known,
): Promise<void> {
  if (asked.kind === 'answered') {
    const nothing: Operation = { kind: 'user_input', text: '', author, messageId, writtenAt };
    const isNew = await insertOperation(tx, sessionId, sourceId, nothing, parts.clock.now());
    const told = isNew ? await asked.answer(tx, sessionId, known) : undefined;
    if (told !== undefined) await say(tx, sessionId, told);
    return;
  }
  const there = attachments.length > 0 ? await attachmentsIn(tx, sessionId) : [];
  const attached = placed(
    attachments.map((file) => withCleanName(parts, file)),
    new Set(there.map(({ path }) => path)),
  );
  const operation = withFiles(asked.operation, {
    images: images.map(({ id }) => id),
    files: attached.map(({ id }) => id),
    attached: attached.map(placedOf),
  });
  const checkedOperation = await checked(parts, tx, sessionId, operation, known);
  if (!(await insertOperation(tx, sessionId, sourceId, checkedOperation))) return;
  for (const file of [...images, ...attached]) await keepFile(tx, sessionId, file);
  if (asked.told !== undefined) await say(tx, sessionId, asked.told);
}

const IDLE: SessionState = { kind: 'idle' };

async function findOrCreate(
  tx: Tx,
  { ids }: IntakeParts,
  { address, isPrivate = false }: Pick<IncomingMessage, 'address' | 'isPrivate'>,
  requester: Requester,
): Promise<string> {
  const id = ids.next('s');
  await tx
    .insert(sessions)
    .values({ id, ...address, requester, isPrivate, state: IDLE })
    .onConflictDoNothing();
  const found = await sessionAt(tx, address);
  if (found === undefined) throw new Error('a session that was just inserted is not there');
  if (isPrivate) await notePrivate(tx, found);
  return found;
}

/** An older version has begun sessions without knowing it. */
async function notePrivate(tx: Tx, sessionId: string): Promise<void> {
  await tx
    .update(sessions)
    .set({ isPrivate: true })
    .where(and(eq(sessions.id, sessionId), not(sessions.isPrivate)));
}
