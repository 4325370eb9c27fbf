import { APPROVALS } from './guards/approvals.ts';
import { HOSTILE_DATA } from './guards/hostile-data.ts';
import { NETWORK } from './guards/network.ts';
import { PAGE } from './guards/page.ts';
import { SANDBOX } from './guards/sandbox.ts';
import { SECRETS } from './guards/secrets.ts';
import { SPEECH } from './guards/speech.ts';
import { TENANTS } from './guards/tenants.ts';
import type { Mutation } from './mutation.ts';

/** Every guard that `docs/SECURITY.md` has, switched off in at least one way. */
export const MUTATIONS: readonly Mutation[] = [
  ...APPROVALS,
  ...TENANTS,
  ...SECRETS,
  ...HOSTILE_DATA,
  ...NETWORK,
  ...SANDBOX,
  ...SPEECH,
  ...PAGE,
];
