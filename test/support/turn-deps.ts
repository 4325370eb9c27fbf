import { createDrafts } from '../../src/agent/drafts.ts';
import type { Outside } from '../../src/agent/operations/scope.ts';
import type { TurnDeps } from '../../src/agent/turn.ts';
import { createTurnKeeper } from '../../src/agent/turn-keeper.ts';
import type { Db } from '../../src/db/database.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import { TokenCounts } from '../../src/llm/tokens.ts';
import type { Registry } from '../../src/tools/registry.ts';

/** Long enough never to run out by itself. */
const LEASE_MS = 60_000;

const counts = new TokenCounts();

/**
 * What a turn straight on a record needs, without queues, platforms and a Hub. `changed` puts other things in
 * place.
 */
export function turnDepsOn(
  db: Db,
  model: ModelClient,
  registry: Registry,
  changed: Partial<TurnDeps> = {},
): TurnDeps {
  return {
    db,
    log: createLogger('silent', (text) => text),
    ids: randomIds,
    clock: systemClock,
    registry,
    model,
    titleModel: undefined,
    modelOf: () => 'm',
    effortOf: () => undefined,
    summariserOf: () => 'm',
    factsOf: async () => ({ contextTokens: 100_000, price: undefined, seesImages: false, takesTools: true }),
    imagesOf: async () => new Map(),
    counts,
    warnUsd: 0,
    timeZone: 'UTC',
    outageHours: 0,
    systemPromptOf: () => 'system',
    render: async () => {},
    renderProgress: async () => {},
    startWatch: async () => {},
    collect: async () => undefined,
    outside: () => NOTHING_OUTSIDE,
    maxModelCalls: 50,
    maxOutputCharacters: 25_000,
    timeoutMs: 10_000,
    budgets: { approvers: [] },
    policy: {
      approversOf: () => ['requester'],
      mentionsOf: () => ({ kindOf: () => 'person', person: (id) => id, group: (id) => id }),
    },
    lapseAfterSeconds: 0,
    autoApproved: [],
    leaseMs: LEASE_MS,
    handOverMs: 1_000,
    drafts: createDrafts({ db, clock: systemClock, show: async () => {} }),
    keeper: createTurnKeeper({ db, urgent: db, clock: systemClock, leaseMs: LEASE_MS, lookMs: 60_000 }),
    ...changed,
  };
}

const NOT_HERE = 'not in this story';
const refuse = async () => ({ ok: false as const, reason: NOT_HERE });
const fail = async () => Promise.reject(new Error(NOT_HERE));

/** For turns that ask nothing outside of the record. */
export const NOTHING_OUTSIDE: Outside = {
  jobReport: fail,
  jobStatus: () => NOT_HERE,
  cancelJob: fail,
  keepsApprovals: false,
  findJob: refuse,
  jobFile: refuse,
  compareRuns: async () => undefined,
  describeModels: async () => NOT_HERE,
  checkModel: refuse,
  exportFile: async () => ({ ok: false, reason: NOT_HERE }),
  share: async () => NOT_HERE,
  whole: fail,
  nextId: randomIds.next,
  now: () => new Date(),
};
