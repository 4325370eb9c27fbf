import { expect } from 'vitest';
import type { Meaning } from '../../../adapters/shared/error-meanings.ts';
import type { Delivery, Failed } from '../../../src/thread/delivery/outbound.ts';

/** What each meaning that platforms share comes to for a delivery. */
export const REASONS: Readonly<Record<Meaning, Failed['reason']>> = {
  limited: 'rate_limited',
  passing: 'unavailable',
  unclear: 'unclear',
  gone: 'gone',
  frozen: 'frozen',
  closed: 'closed',
  denied: 'closed',
  again: 'unclear',
  done: 'unclear',
  final: 'final',
};

/** A delivery of one kind, how its platform is made to refuse it, and what should come of it. */
export type RefusedDelivery = {
  name: string;
  refuse(): void;
  deliver(): Promise<Delivery>;
  expected: { ok: true } | { ok: false; reason: Failed['reason'] };
};

/** Holds what a code means for each kind of delivery against its row of the table, one after the other. */
export async function expectMeaning(
  { why }: { why: string },
  deliveries: readonly RefusedDelivery[],
  lift: () => void,
): Promise<void> {
  for (const { name, refuse, deliver, expected } of deliveries) {
    refuse();
    const delivery = await deliver();
    lift();
    expect({ name, ...delivery }).toMatchObject({ name, ...expected });
  }
  // It stands after a colon and before a full stop.
  expect(why).toMatch(/^[^.]{5,}[^.]$/);
}
