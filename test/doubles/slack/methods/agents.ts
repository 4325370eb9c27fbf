import { z } from 'zod';
import { listensToStops } from '../manifest.ts';
import type { Methods } from './method.ts';

/** Agent sessions: https://docs.slack.dev/ai/agent-sessions. Their refusals have no names in it. */
export const agents: Methods = {
  // https://docs.slack.dev/reference/methods/agents.sessions.setStatus
  'agents.sessions.setStatus'({ workspace, isAgent, sessions }, args) {
    if (!isAgent) return { ok: false, error: 'app_not_agent' };
    const given = SetStatus.safeParse(args);
    if (!given.success) return { ok: false, error: 'invalid_arguments' };
    const { channel_id, thread_ts, status, title } = given.data;
    if (!workspace.channels.has(channel_id)) return { ok: false, error: 'channel_not_found' };
    if (workspace.find(channel_id, thread_ts) === undefined) return { ok: false, error: 'thread_not_found' };
    const key = `${channel_id}/${thread_ts}`;
    const session = sessions.get(key) ?? { title, statuses: [] };
    sessions.set(key, { ...session, statuses: [...session.statuses, status] });
    const told = { status, agent_status: status, ...(session.title ? { title: session.title } : {}) };
    return { ok: true, ...told, ...(listensToStops ? {} : { warning: NO_STOPS }) };
  },

  // https://docs.slack.dev/reference/methods/agents.sessions.rename
  'agents.sessions.rename'({ isAgent, sessions }, args) {
    if (!isAgent) return { ok: false, error: 'app_not_agent' };
    const given = Rename.safeParse(args);
    if (!given.success) return { ok: false, error: 'invalid_arguments' };
    const { channel_id, thread_ts, title } = given.data;
    const session = sessions.get(`${channel_id}/${thread_ts}`);
    if (session === undefined) return { ok: false, error: 'session_not_found' };
    session.title = title;
    return { ok: true, title };
  },
};

const NO_STOPS = 'missing_agent_session_stopped_event_subscription';

const Place = z.object({ channel_id: z.string(), thread_ts: z.string() });
const SetStatus = Place.extend({
  status: z.enum(['active', 'processing', 'suspended', 'closed']),
  title: z.string().min(1).max(200).optional(),
});
const Rename = Place.extend({ title: z.string().min(1).max(200) });
