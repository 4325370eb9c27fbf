import { describe, expect, test } from 'vitest';
import { MENTIONS as onDiscord } from '../../adapters/discord/mentions.ts';
import { MENTIONS as onSlack } from '../../adapters/slack/mentions.ts';
import { createApproverNames } from '../../src/access/approver-names.ts';
import { whoDecides } from '../../src/approvals/approvers.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { type Approver, deciderNames, isDecider } from '../../src/session/deciders.ts';

const ADA = { id: 'U0ADA', name: 'Ada' };

const people = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `U0LEAD${i}`, name: `Lead ${i}` }));
const few: Approver = { name: '@leads', people: people(5) };
const many: Approver = { name: 'members of @leads' };

const called = (approvers: string[], known: Record<string, Approver> = {}) =>
  whoDecides(approvers, ADA, onSlack, known).called;

describe('who is called to decide', () => {
  test.each<[string[], Record<string, Approver>, string[]]>([
    [['requester'], {}, ['U0ADA']],
    [['anyone'], {}, ['U0ADA']],
    [['U0GRACE', 'U0GRACE'], {}, ['U0GRACE']],
    [['S0LEADS'], { S0LEADS: few }, people(5).map(({ id }) => id)],
    [['S0LEADS', 'U0LEAD1'], { S0LEADS: few }, people(5).map(({ id }) => id)],
    [['requester', 'S0LEADS'], { S0LEADS: { name: '@leads', people: [ADA] } }, ['U0ADA']],
    [['S0LEADS'], { S0LEADS: many }, ['U0ADA']],
    [['S0LEADS'], {}, ['U0ADA']],
    [['S0LEADS'], { S0LEADS: { name: '@leads', people: [] } }, ['U0ADA']],
    [['S0LEADS', 'U0GRACE'], { S0LEADS: many }, ['U0GRACE']],
  ])('of %j, of whom is known %j', (approvers, known, expected) => {
    expect(called(approvers, known)).toEqual(expected);
  });

  test('and who decides has a name in words that call nobody', () => {
    const names = (approvers: string[], known: Record<string, Approver>) =>
      deciderNames(whoDecides(approvers, ADA, onSlack, known), ADA);
    expect(names(['requester', 'U0GRACE'], { U0GRACE: { name: 'Grace' } })).toEqual(['Ada', 'Grace']);
    expect(names(['S0LEADS'], { S0LEADS: many })).toEqual(['members of @leads']);
    expect(names(['S0LEADS'], { S0LEADS: { ...few, people: people(2) } })).toEqual(['Lead 0', 'Lead 1']);
  });

  test('is somebody who may, as far as that is known', () => {
    const deciders = whoDecides(['S0LEADS', 'U0GRACE'], ADA, onSlack, { S0LEADS: few });
    const isOne = (by: string) => isDecider(deciders, ADA, by);
    expect(['U0LEAD4', 'U0GRACE', 'U0ADA', 'U0LEAD9'].map(isOne)).toEqual([true, true, false, false]);
  });
});

describe('who approves', () => {
  const place = { platform: 'discord', workspace: 'g', channel: 'c' };
  let now = 0;
  const namesBy = (nameOf: (who: string) => Promise<string | undefined>) =>
    createApproverNames({
      db: undefined as never, // nothing is found out, so nothing is noted
      clock: { monotonic: () => now, sleep: systemClock.sleep },
      log: createLogger('silent', (text) => text),
      mentionsOf: () => onDiscord,
      directory: { nameOf: (_place, who) => nameOf(who), membersOf: async () => undefined },
      approversIn: async () => ['requester', 'thread', 'U0GRACE', '600', 'role:700'],
    });

  test('is asked of the platform where it can tell, and not again for a while', async () => {
    const asked: string[] = [];
    const names = namesBy(async (who) => {
      asked.push(who);
      return undefined;
    });
    await names.note(place);
    await names.note(place);
    expect(asked.toSorted()).toEqual(['600', 'role:700']);
    now += 61_000;
    await names.note(place);
    expect(asked).toHaveLength(4);
  });

  test('keeps no message from being taken in where the platform fails, and is asked again', async () => {
    let asked = 0;
    const names = namesBy(async () => {
      asked++;
      throw new Error('no connection');
    });
    await names.note(place);
    now += 61_000;
    await names.note(place);
    expect(asked).toBe(4);
  });

  test('keeps none waiting for a platform that does not answer', async () => {
    await namesBy(() => new Promise(() => {})).note(place);
  });
});
