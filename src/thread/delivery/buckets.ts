import type { Bucket } from '../../session/store/pace.ts';
import type { Lane } from './claim.ts';
import type { Scope } from './send.ts';

/**
 * The queue that a lane waits in. Progress has one of its own, in which threads have fair shares, so that
 * nothing that matters waits behind it.
 */
export function bucketOf(scope: Pick<Scope, 'outbound' | 'address'>, lane: Lane): Bucket {
  if (lane === 'progress') return { ...spareOf(scope), name: named(scope, lane, 'edit') };
  const { perMinute, burst } = scope.outbound.rates[lane];
  return { ...place(scope), name: named(scope, lane, lane), perMinute, burst };
}

/**
 * What progress takes once it is its turn: it counts as the edits that it is made of, and leaves half of the
 * burst that the platform allows to what matters.
 */
export function spareOf(scope: Pick<Scope, 'outbound' | 'address'>): Bucket {
  const edits = bucketOf(scope, 'edit');
  return { ...edits, burst: Math.floor(edits.burst / 2) };
}

/** What a refusal slows down: the calls that it was about. */
export const limitOf = (scope: Pick<Scope, 'outbound' | 'address'>, lane: Lane): Bucket =>
  bucketOf(scope, lane === 'progress' ? 'edit' : lane);

const place = ({ address: { platform, workspace } }: Pick<Scope, 'address'>) => ({ platform, workspace });

function named(
  { outbound, address }: Pick<Scope, 'outbound' | 'address'>,
  name: Lane,
  kind: Exclude<Lane, 'progress'>,
): string {
  const { per } = outbound.rates[kind];
  return per === 'workspace' ? name : `${name}:${address[per]}`;
}
