import type { SlackConnection } from '../adapters/slack/receiver.ts';
import { createSlack } from '../adapters/slack/slack.ts';
import { describeModels } from './agent/models.ts';
import { channelSettings } from './channel-settings.ts';
import { requireSecret } from './config/load.ts';
import { createCatalogue } from './llm/catalogue.ts';
import type { Parts } from './parts.ts';
import { runRenders } from './queue/renders.ts';
import { createDecisions } from './session/decisions.ts';
import { bytesOf } from './session/files.ts';
import { createIntake } from './session/intake.ts';
import { createJobsOverview } from './session/jobs-overview.ts';
import { createPresence } from './session/presence.ts';
import { createSessionsOverview } from './session/sessions-overview.ts';
import { createOutage } from './thread/outage.ts';

/** Starts the role that talks to people. Resolves, once it listens, with what stops it. */
export async function startChat(parts: Parts, connection: SlackConnection): Promise<() => Promise<void>> {
  const { config, storage, log, redact, turns, renders, engine, clock, ids } = parts;
  const botToken = requireSecret(config, 'SLACK_BOT_TOKEN', 'the chat role needs it');
  const slack = await createSlack(
    { botToken, connection, apiUrl: config.slack.api_url, rateFactor: config.slack.rate_factor },
    (fileId) => bytesOf(storage.db, fileId),
    log,
  );
  const outboundOf = (platform: string) => (platform === 'slack' ? slack.outbound : undefined);
  const isReachable = async () => (await storage.isReachable()) && (await engine.isReachable());
  const outage = createOutage({ outboundOf, isReachable, clock, log, everyMs: 2_000 });
  const policy = {
    approvers: config.approvals.approvers,
    ofChannels: Object.fromEntries(
      Object.entries(config.access.channels).map(([id, { approvers }]) => [id, approvers]),
    ),
    membersOf: slack.membersOf,
  };
  const intake = createIntake({
    db: storage.db,
    ids,
    clock,
    redact,
    policy,
    budgetApprovers: config.budgets.approvers,
    maxMessageCharacters: config.limits.message_characters,
    wake: turns.wake,
    delayed: outage.tell,
    render: renders.request,
  });
  runRenders(
    engine,
    {
      db: storage.db,
      clock,
      log,
      outboundOf,
      editIntervalMs: 1_200,
      leaseMs: config.durability.lease_seconds * 1000,
    },
    8,
  );
  const decisions = createDecisions({
    db: storage.db,
    clock,
    redact,
    policy,
    second: {
      aboveUsd: config.approvals.second_above_usd,
      approvers: config.approvals.second_approvers,
    },
    budgets: config.budgets,
    wake: turns.wake,
    render: renders.request,
  });
  const catalogue = createCatalogue(config.model.base_url, clock);
  await slack.start({
    intake,
    decisions,
    presence: createPresence(storage.db),
    access: config.access,
    sessions: createSessionsOverview(storage.db),
    models: {
      choices: config.model.choices,
      describe: () => describeModels({ catalogue, choices: config.model.choices }, config.model.id),
      settingsOf: (channel) => channelSettings(config, 'slack', channel),
    },
    jobs: createJobsOverview(storage.db),
  });
  return async () => {
    await slack.stop();
    await outage.stop();
  };
}
