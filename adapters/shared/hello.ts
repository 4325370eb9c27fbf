import type { Said } from '../../src/controller/hello.ts';
import type { Delivery } from '../../src/thread/delivery/outbound.ts';

/** What came of saying hello: what passes is tried again, all else is not worth it. */
export function saidBy(delivery: Delivery): Said {
  if (delivery.ok) return 'said';
  const { reason } = delivery;
  return reason === 'rate_limited' || reason === 'unavailable' || reason === 'unclear' ? 'later' : 'refused';
}
