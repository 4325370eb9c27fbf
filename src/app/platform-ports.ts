import type { ApproverNames } from '../access/approver-names.ts';
import { createGreetings } from '../access/greetings.ts';
import { hubAccountOf, NONE } from '../access/hub-accounts.ts';
import { describeModels } from '../agent/models.ts';
import type { ApproverPolicy } from '../approvals/approvers.ts';
import { createDecisions, type Decisions } from '../approvals/decisions.ts';
import { createQuestions } from '../approvals/questions.ts';
import { createController } from '../controller/controller.ts';
import { createElsewhere } from '../controller/elsewhere.ts';
import type { ControllerParts } from '../controller/parts.ts';
import type { Platform, PlatformPorts } from '../controller/platform.ts';
import { createFeedback } from '../intake/feedback.ts';
import { createIntake, type Intake } from '../intake/intake.ts';
import { createOffers } from '../intake/offers.ts';
import { createJobsOverview } from '../jobs/overview.ts';
import { createAlarms } from '../jobs/tell-alarms.ts';
import { createCatalogue } from '../llm/catalogue.ts';
import { createSessionsOverview } from '../reports/sessions-overview.ts';
import { createLastSeen } from '../session/store/last-seen.ts';
import { threadOfCall, threadOfWatch } from '../session/store/whereabouts.ts';
import type { Outage } from '../thread/delivery/outage.ts';
import { reopenThreads } from '../thread/delivery/reopen-threads.ts';
import { accountSettings } from './benches.ts';
import { channelSettings, holdsIn } from './channel-settings.ts';
import { linkedAccounts } from './linked-accounts.ts';
import type { Parts } from './parts.ts';

type Needed = Pick<
  Parts,
  | 'config'
  | 'platforms'
  | 'storage'
  | 'clock'
  | 'ids'
  | 'isolation'
  | 'turns'
  | 'renders'
  | 'channelRules'
  | 'lacks'
  | 'setUp'
>;

/** What platforms are handed: who takes what people say and do there, and what else they may ask. */
export function platformPorts(
  parts: Needed,
  policy: ApproverPolicy,
  outage: Outage,
  approvers: ApproverNames,
  connected: ReadonlyMap<string, Platform>,
): PlatformPorts {
  const { config, storage, renders, lacks, setUp } = parts;
  const { db } = storage;
  const controlled = controllerParts(parts, policy, outage, approvers);
  return {
    controllerOf: (traits, admission) => createController(controlled, traits, admission),
    lastSeen: createLastSeen(db),
    workIn: controlled.sessions.workIn,
    elsewhere: createElsewhere({
      accounts: controlled.accounts,
      sessions: controlled.sessions,
      platforms: connected,
      titleOf: (name) => parts.platforms.find((one) => one.name === name)?.title ?? name,
    }),
    files: config.attachments,
    models: config.model.choices,
    lacks,
    setUp,
    async reopened(place) {
      for (const id of await reopenThreads(db, place)) await renders.request(id);
    },
  };
}

function controllerParts(
  parts: Needed,
  policy: ApproverPolicy,
  outage: Outage,
  approvers: ApproverNames,
): ControllerParts {
  const { config, platforms, storage, clock, isolation, turns, renders, channelRules } = parts;
  const { db } = storage;
  const accounts = accountSettings(config, platforms);
  const decisions = createDecisions({
    db,
    clock,
    policy,
    second: {
      aboveUsd: config.approvals.second_above_usd,
      approvers: config.approvals.second_approvers,
    },
    budgets: config.budgets,
    wake: turns.wake,
    render: renders.request,
  });
  return {
    intake: intakeOf(parts, policy, outage, decisions, approvers),
    decisions,
    questions: createQuestions({ db, policy, render: renders.request }),
    accounts: linkedAccounts(parts),
    access: config.access,
    hasAccount: (place) => hubAccountOf(accounts, place).id !== NONE,
    sessions: createSessionsOverview(db, isolation),
    models: modelsOf(parts),
    jobs: createJobsOverview(db, isolation),
    alarms: createAlarms({ db, render: renders.request }),
    whereabouts: { ofCall: (id) => threadOfCall(db, id), ofJob: (id) => threadOfWatch(db, id) },
    feedback: createFeedback(db),
    offers: createOffers({ db, render: renders.request }),
    channelRules,
    greetings: createGreetings(db),
    attachments: config.attachments,
  };
}

function intakeOf(
  { config, storage, clock, ids, isolation, turns, renders }: Needed,
  policy: ApproverPolicy,
  outage: Outage,
  decisions: Decisions,
  approvers: ApproverNames,
): Intake {
  return createIntake({
    db: storage.db,
    ids,
    clock,
    isolation,
    policy,
    decisions,
    noteApprovers: approvers.note,
    budgetApprovers: config.budgets.approvers,
    budgetGroups: Object.keys(config.budgets.roles ?? {}),
    maxMessageCharacters: config.limits.message_characters,
    timeZone: config.prompts.time_zone,
    wake: turns.wake,
    delayed: outage.tell,
    taken: outage.expect,
    render: renders.request,
  });
}

function modelsOf({ config, clock }: Pick<Parts, 'config' | 'clock'>): ControllerParts['models'] {
  const { choices, id, base_url } = config.model;
  const catalogue = createCatalogue(base_url, clock);
  return {
    choices,
    describe: () => describeModels({ catalogue, choices }, id),
    holds: (place, known) => holdsIn({ config }, place, known),
    settingsOf: (place, known, person) => channelSettings({ config }, place, known, person),
    hasBudgets: config.budgets.approvers.length > 0,
  };
}
