import type { Exchange, Session, Snapshot } from '../../src/session/snapshot.ts';
import type { ToolCall } from '../../src/session/tool-calls.ts';
import type { Entry, TranscriptMessage } from '../../src/session/transcript.ts';
import type { Watch } from '../../src/session/watches.ts';

const EPOCH = new Date('2026-01-01T12:00:00Z');
export const at = (seconds: number) => new Date(EPOCH.getTime() + seconds * 1000);

export const ADA = { id: 'U0ADA', name: 'Ada' };

export function call(parts: Partial<ToolCall> = {}): ToolCall {
  return {
    id: 'c1',
    messageId: 2,
    exchange: 1,
    position: 0,
    providerId: 'call_1',
    name: 'plan_tool',
    arguments: '{}',
    summary: '',
    timeline: 'every_call',
    state: { kind: 'proposed' },
    approval: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    ...parts,
  };
}

export function exchange(parts: Partial<Exchange> = {}): Exchange {
  return {
    number: 1,
    plan: [],
    outcome: undefined,
    modelCalls: 1,
    corrections: 0,
    undone: false,
    startedAt: at(0),
    finishedAt: undefined,
    usage: { inputTokens: 0, outputTokens: 0, usd: undefined },
    ...parts,
  };
}

export function watch(parts: Partial<Watch> = {}): Watch {
  return {
    id: 'w1',
    sessionId: 's1',
    toolCallId: 'c1',
    exchange: 1,
    namespace: 'ada',
    jobId: 'abc123',
    url: 'https://huggingface.co/jobs/ada/abc123',
    dashboardUrl: undefined,
    owner: undefined,
    title: 'Python script',
    name: undefined,
    isSmoke: false,
    flavor: 'a10g-small',
    hourlyUsd: 1,
    timeoutSeconds: 3600,
    experiment: undefined,
    createdAt: at(0),
    snapshot: { stage: 'RUNNING', startedAt: at(10) },
    stopWhen: undefined,
    alarms: [],
    lookedAt: at(70),
    endedAt: undefined,
    ...parts,
  };
}

export const user = (text: string): Entry => ({ role: 'user', text, author: ADA, messageId: 'm1' });
export const assistant = (text: string): Entry => ({ role: 'assistant', text });

type Parts = {
  session?: Partial<Session>;
  exchanges?: Exchange[];
  entries?: Entry[];
  toolCalls?: ToolCall[];
  watches?: Watch[];
};

/** A session with entries numbered from 1, all in exchange 1. */
export function snapshot({
  session,
  exchanges,
  entries = [],
  toolCalls = [],
  watches = [],
}: Parts = {}): Snapshot {
  const messages: TranscriptMessage[] = entries.map((entry, i) => ({
    id: i + 1,
    exchange: 1,
    entry,
    createdAt: at(i),
  }));
  return {
    session: {
      id: 's1',
      address: { platform: 'slack', workspace: 'T1', channel: 'C1', thread: '1.1' },
      requester: ADA,
      state: { kind: 'running' },
      draft: undefined,
      settings: { yolo: { kind: 'off' } },
      rules: {},
      exchange: 1,
      contextStart: 0,
      rev: 1,
      createdAt: at(0),
      modelUsd: 0,
      settledExchange: -1,
      updatedAt: at(60),
      ...session,
    },
    exchanges: exchanges ?? [exchange()],
    messages,
    toolCalls,
    watches,
    unread: [],
    waitsSince: undefined,
    autoApprovedUsd: 0,
  };
}

/** The rest of a post that the platform has taken as it was. */
export const TAKEN = { generation: 0, form: 0, refused: undefined };
