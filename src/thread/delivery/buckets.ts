import type { Bucket } from '../../session/store/pace.ts';
import type { Lane } from './claim.ts';
import type { Scope } from './send.ts';

/**
 * What matters may use all of the burst that the platform allows, progress half of it: something is left for
 * what matters.
 */
export function bucketOf({ outbound, address }: Pick<Scope, 'outbound' | 'address'>, lane: Lane): Bucket {
  const kind = lane === 'progress' ? 'edit' : lane;
  const { perMinute, burst, per } = outbound.rates[kind];
  return {
    platform: address.platform,
    workspace: address.workspace,
    name: per === 'workspace' ? kind : `${kind}:${address[per]}`,
    perMinute,
    burst: lane === 'progress' ? Math.floor(burst / 2) : burst,
  };
}
