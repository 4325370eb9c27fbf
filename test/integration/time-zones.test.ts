import { asc, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import { messages } from '../../src/db/schema/transcript.ts';
import type { Storage } from '../../src/db/storage.ts';
import { ping } from '../../src/jobs/pings.ts';
import { Entry } from '../../src/session/transcript.ts';
import { intakeOn } from '../support/intake.ts';
import { ISOLATION } from '../support/isolation.ts';
import { ADA } from '../support/snapshots.ts';
import { useStorage } from '../support/use-storage.ts';

/* Whose word counts for the hour at which somebody's notes come. */

let storage: Storage;
useStorage((made) => {
  storage = made;
});

let threads = 0;

/** A thread in which people write commands: gives what each is answered. */
function thread(workspace = `T${++threads}`) {
  const intake = intakeOn(storage.db, () => {});
  const address = { platform: 'slack', workspace, channel: 'C1', thread: `t${++threads}` };
  const entries = async () => {
    const rows = await storage.db
      .select({ entry: messages.entry, id: sessions.id })
      .from(messages)
      .innerJoin(sessions, eq(sessions.id, messages.sessionId))
      .where(eq(sessions.thread, address.thread))
      .orderBy(asc(messages.id));
    return rows.map(({ entry, id }) => ({ entry: Entry.parse(entry), id }));
  };
  return {
    workspace,
    entries,
    async said(text: string, timeZone?: string, author = ADA) {
      const sourceId = `${address.thread}:${text}:${author.id}`;
      await intake.message({ address, sourceId, messageId: sourceId, text, author, timeZone });
      return (await entries()).at(-1)?.entry.text ?? '';
    },
  };
}

test('what somebody says counts before their profile, until they take it back', async () => {
  const { said } = thread();
  expect(await said('pings daily 9:00')).toContain('9:00 UTC. I don’t know your time zone');
  expect(await said('pings daily 9:01', 'Europe/Paris')).toContain(
    '9:01 Europe/Paris. That is your time zone as',
  );
  expect(await said('timezone Asia/Tokyo', 'Europe/Paris')).toMatch(
    /^Ada: it is \d+:\d\d Asia\/Tokyo for you\. Your note comes at the same hour there\.$/,
  );
  expect(await said('pings', 'Europe/Paris')).toContain('9:01 Asia/Tokyo. That is your time zone.');
  expect(await said('pings daily 9:02', 'Europe/Rome')).toContain('9:02 Asia/Tokyo.');
  await said('timezone off', 'Europe/Rome');
  expect(await said('pings daily 9:03', 'Europe/Rome')).toContain(
    '9:03 Europe/Rome. That is your time zone as',
  );
});

test('their notes move with them wherever they ordered them, those in a zone by name and others’ do not', async () => {
  const one = thread();
  const other = thread(one.workspace);
  const elsewhere = thread();
  const grace = { id: 'U0GRACE', name: 'Grace' };
  for (const { said } of [one, elsewhere]) await said('pings daily 9:00');
  await one.said('pings channel daily 10:00 Europe/Paris');
  await one.said('pings weekly friday 11:00', undefined, grace);
  expect(await other.said('timezone America/New_York')).toContain('Your note comes at the same hour there.');
  const shown = await one.said('pings');
  expect(shown).toContain('every day at 9:00 America/New York');
  expect(shown).toContain('every day at 10:00 Europe/Paris');
  expect(shown).toContain('every Friday at 11:00 UTC');
  expect(await elsewhere.said('pings')).toContain('every day at 9:00 UTC');
});

test('a note that is to be quiet is left out where it would say that there is nothing', async () => {
  const { said, entries } = thread();
  await said('pings daily 9:00 quiet');
  const [first] = await entries();
  const now = Date.now();
  const tell = (minutes: number) =>
    ping(storage.db, ISOLATION, first?.id ?? '', 'thread', new Date(now + minutes * 60_000));
  expect(await tell(1)).toBe(false);
  await said('pings daily 9:00');
  expect(await tell(2)).toBe(true);
  expect(await tell(2)).toBe(false);
  expect((await entries()).at(-1)?.entry).toMatchObject({
    text: expect.stringContaining('nothing needs you'),
    mentions: [],
  });
});
