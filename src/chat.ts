import { createDiscord } from '../adapters/discord/discord.ts';
import type { SlackConnection } from '../adapters/slack/receiver.ts';
import { createSlack, type SlackSettings } from '../adapters/slack/slack.ts';
import { describeModels } from './agent/models.ts';
import { approverRules, channelSettings } from './channel-settings.ts';
import { requireSecret } from './config/load.ts';
import { lentAccounts } from './lent-accounts.ts';
import { createCatalogue } from './llm/catalogue.ts';
import { createSeal, derivedSecret } from './ops/seal.ts';
import type { Parts } from './parts.ts';
import { runRenders } from './queue/renders.ts';
import type { Workspace } from './session/address.ts';
import { createDecisions } from './session/decisions.ts';
import { createFeedback } from './session/feedback.ts';
import { answerText, bytesOf } from './session/files.ts';
import { createInstallations } from './session/installations.ts';
import { createIntake } from './session/intake.ts';
import { createJobsOverview } from './session/jobs-overview.ts';
import { createPresence } from './session/presence.ts';
import { createQuestions } from './session/questions.ts';
import { createSessionsOverview } from './session/sessions-overview.ts';
import { answerOf } from './thread/answer-file.ts';
import { createOutage } from './thread/outage.ts';
import type { Platform, PlatformParts } from './thread/platform.ts';

/** What the chat role is connected to: at least one platform. */
export type Connections = { slack: SlackConnection | undefined; discordToken: string | undefined };

/** Starts the role that talks to people. Resolves, once it listens, with what stops it. */
export async function startChat(parts: Parts, connections: Connections): Promise<() => Promise<void>> {
  const { config, storage, log, redact, turns, renders, engine, clock, ids } = parts;
  const platforms = await connect(parts, connections);
  const outboundOf = (platform: string) => platforms.get(platform)?.outbound;
  const isReachable = async () => (await storage.isReachable()) && (await engine.isReachable());
  const outage = createOutage({ outboundOf, isReachable, clock, log, everyMs: 2_000 });
  const policy = {
    ...approverRules(parts),
    isMember: async ({ platform, workspace }: Workspace, group: string, person: string) =>
      (await platforms.get(platform)?.isMember(workspace, group, person)) ?? false,
  };
  const intake = createIntake({
    db: storage.db,
    ids,
    clock,
    redact,
    policy,
    budgetApprovers: config.budgets.approvers,
    budgetGroups: Object.keys(config.budgets.roles ?? {}),
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
  const questions = createQuestions({ db: storage.db, redact, policy, render: renders.request });
  const catalogue = createCatalogue(config.model.base_url, clock);
  const handed: PlatformParts = {
    intake,
    decisions,
    questions,
    accounts: lentAccounts(parts),
    presence: createPresence(storage.db),
    access: config.access,
    sessions: createSessionsOverview(storage.db),
    models: {
      choices: config.model.choices,
      describe: () => describeModels({ catalogue, choices: config.model.choices }, config.model.id),
      settingsOf: (place, known, person) => channelSettings(parts, place, known, person),
      hasBudgets: config.budgets.approvers.length > 0,
    },
    jobs: createJobsOverview(storage.db),
    feedback: createFeedback(storage.db),
    channelRules: parts.channelRules,
    attachments: config.attachments,
    wake: turns.wake,
  };
  for (const platform of platforms.values()) await platform.start(handed);
  return async () => {
    await Promise.all([...platforms.values()].map((platform) => platform.stop()));
    await outage.stop();
  };
}

/** The platforms that are configured, by name. */
async function connect(parts: Parts, { slack, discordToken }: Connections): Promise<Map<string, Platform>> {
  const { config, storage, log } = parts;
  const platforms = new Map<string, Platform>();
  const fileBytes = async (fileId: string) => {
    const answer = answerOf(fileId);
    return answer === undefined ? bytesOf(storage.db, fileId) : answerText(storage.db, answer);
  };
  if (slack !== undefined) {
    const settings: SlackSettings = {
      access: slackAccess(parts),
      connection: slack,
      apiUrl: config.slack.api_url,
      showing: {
        rateFactor: config.slack.rate_factor,
        isStreamed: config.slack.streaming === 'native',
        asksFeedback: config.slack.feedback,
      },
    };
    platforms.set('slack', await createSlack(settings, fileBytes, log));
  }
  if (discordToken !== undefined) {
    platforms.set('discord', createDiscord({ ...config.discord, token: discordToken }, fileBytes, log));
  }
  return platforms;
}

/** How the bot is let into workspaces: by one bot token, or by installs that are kept in the record. */
function slackAccess({ config, storage, ids }: Parts): SlackSettings['access'] {
  if (config.slack.installs === 'token') {
    return { kind: 'token', botToken: requireSecret(config, 'SLACK_BOT_TOKEN', 'the chat role needs it') };
  }
  const because = 'slack.installs is "oauth"';
  const key = requireSecret(config, 'ENCRYPTION_KEY', because);
  return {
    kind: 'oauth',
    app: {
      clientId: requireSecret(config, 'SLACK_CLIENT_ID', because),
      clientSecret: requireSecret(config, 'SLACK_CLIENT_SECRET', because),
      stateSecret: derivedSecret(key, 'oauth state'),
    },
    installations: createInstallations(storage.db, createSeal(key), ids),
  };
}
