import type { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { Controller } from '../../src/controller/controller.ts';
import type { From } from '../../src/controller/from.ts';
import type { Logger } from '../../src/lib/log.ts';
import { refuseInTransaction } from '../../src/lib/transaction-scope.ts';
import type { Failed } from '../../src/thread/delivery/outbound.ts';
import type { Standing } from '../../src/thread/view/view-message.ts';
import { sourceOf } from '../shared/source.ts';
import { type Thread, WEB_API } from './delivery.ts';
import { SessionStopped } from './payloads.ts';
import type { People } from './people.ts';
import { tellPrivately } from './private-answers.ts';
import { readPayload } from './read-payload.ts';
import { whoIs } from './who.ts';
import type { In } from './workspaces.ts';

/*
 * Agent sessions: https://docs.slack.dev/ai/agent-sessions. A thread shows how it stands as a whole, has a
 * name, and a button of Slack's own to stop. Only apps that are declared as agents have them (`agent_view` in
 * the manifest); where one is not, the request has a reaction instead.
 */

/** https://docs.slack.dev/reference/methods/agents.sessions.setStatus */
const STATUSES: Readonly<Record<Standing, string>> = {
  working: 'processing',
  waiting: 'suspended',
  idle: 'active',
  closed: 'closed',
};

/** The agent sessions of the workspaces that the app is installed in. */
export type AgentSessions = {
  /** Whether a workspace has them, as far as this process has found out. */
  areIn(workspace: string): boolean;
  /** Shows how a thread stands as a whole, where it has a session. Throws where it may be done later. */
  show(thread: Thread, standing: Standing): Promise<void>;
  /**
   * A session's name counts only as it is made, by when there is none: it is renamed. False where that is not
   * done. Throws where it may be done later.
   */
  rename(thread: Thread, title: string): Promise<boolean>;
};

export function createAgentSessions(): AgentSessions {
  const known = new Map<string, boolean>();
  async function call({ client, workspace, channel, thread }: Thread, method: string, args: object) {
    refuseInTransaction(() => `a call of Slack’s ${method}`);
    if (known.get(workspace) === false) return undefined;
    try {
      await client.apiCall(method, { channel_id: channel, thread_ts: thread, ...args });
      return undefined;
    } catch (error) {
      const failed = WEB_API.failureOf(error);
      if (failed.reason === 'rate_limited' || failed.reason === 'unavailable') throw error;
      return failed;
    }
  }
  return {
    areIn: (workspace) => known.get(workspace) === true,
    async show(thread, standing) {
      const failed = await call(thread, 'agents.sessions.setStatus', { status: STATUSES[standing] });
      // What is about one thread or channel says nothing of others; nor does anything once one was shown.
      const isKnown = known.has(thread.workspace);
      if (!isKnown && (failed === undefined || isOfWorkspace(failed)))
        known.set(thread.workspace, failed === undefined);
    },
    async rename(thread, title) {
      const failed = await call(thread, 'agents.sessions.rename', { title });
      return failed === undefined && known.get(thread.workspace) !== false;
    },
  };
}

/** Whether a refusal is about the app in this workspace, and not about a place in it. */
const isOfWorkspace = (failed: Failed): boolean =>
  failed.reason === 'unclear' ? !failed.isBug : failed.reason === 'closed' && !failed.isPlace;

type StopDeps = { teamId: string; client: WebClient; people: People; controller: Pick<Controller, 'act'> };

/**
 * Registers the button that Slack shows while a session is being worked on:
 * https://docs.slack.dev/reference/events/agent_session_stopped. It stops what the thread's own button stops,
 * and the status follows from that.
 */
export function listenToSessionStops(app: App, depsIn: In<StopDeps>, log: Logger): void {
  app.event('agent_session_stopped', async ({ event, context }) => {
    const stopped = readPayload(SessionStopped, event, log);
    if (stopped === undefined) return;
    const { channel, user, thread_ts: thread, event_ts } = stopped;
    const { client, controller, people, teamId } = await depsIn(context.teamId);
    const place = { platform: 'slack' as const, workspace: teamId, channel };
    const from: From = {
      who: whoIs(people, user),
      place,
      thread: { ...place, thread },
      sourceId: sourceOf('slack', 'stop', teamId, event_ts, user),
      isFromList: false,
    };
    const answer = await controller.act({ kind: 'stop' }, from);
    if (answer.kind === 'notice') await tellPrivately(client, { channel, user, thread }, answer.text, log);
  });
}
