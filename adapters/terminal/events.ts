import type { BoardMessage, BoardNews } from '../../src/controller/platform-definition.ts';
import { event, type TerminalEvent } from './event-types.ts';
import { type About, type Approval, Body, type Status } from './messages.ts';
import { createSteps, type Steps } from './steps.ts';

/** What is known of a thread by now. */
export type Told = {
  /** The newest request's status; undefined where none has begun. */
  status: Status | undefined;
  /** How the thread stands as a whole, in the words of a view. */
  standing: string | undefined;
  /** What waits for somebody. */
  open: Approval[];
  isAsked: boolean;
  isWriting: boolean;
  finalAnswer: string | undefined;
};

export type Events = {
  /** What is new, as events. */
  take(news: BoardNews): TerminalEvent[];
  now(): Told;
};

/** Tells of one thread. `isStreamed`: answers as they are written, too. */
export function createEvents(thread: string, isStreamed: boolean): Events {
  const shown = new Map<string, About>();
  const streams = new Map<string, string>();
  const steps = createSteps();
  let standing: string | undefined;
  return {
    take(news) {
      standing = news.threads.find((one) => one.thread === thread)?.standing ?? standing;
      return news.messages.flatMap((message) => {
        const now = aboutIn(message);
        const before = shown.get(message.id);
        if (now === undefined) {
          shown.delete(message.id);
          return [];
        }
        shown.set(message.id, now);
        return eventsOf({ id: message.id, before, now, steps, streams, isStreamed });
      });
    },
    now: () => toldBy([...shown.values()], standing),
  };
}

/** What a message of the bot is about; undefined for people's, and for what was taken away. */
function aboutIn({ author, body, isRemoved }: BoardMessage): About | undefined {
  return author === undefined && !isRemoved ? Body.safeParse(body).data?.about : undefined;
}

function toldBy(shown: readonly About[], standing: string | undefined): Told {
  const statuses = shown.filter((one) => one.kind === 'status');
  const status = statuses.sort((a, b) => a.exchange - b.exchange).at(-1);
  const answers = shown.filter((one) => one.kind === 'answer' && one.exchange === status?.exchange);
  const end = answers.findLast((one) => one.kind === 'answer' && one.isEnd);
  return {
    status,
    standing,
    open: shown.filter((one) => one.kind === 'approval' && one.isOpen) as Approval[],
    isAsked: shown.some((one) => one.kind === 'question'),
    isWriting: answers.some((one) => one.kind === 'answer' && one.isDraft),
    finalAnswer: end?.kind === 'answer' ? end.text : undefined,
  };
}

type Change = {
  id: string;
  before: About | undefined;
  now: About;
  steps: Steps;
  streams: Map<string, string>;
  isStreamed: boolean;
};

function eventsOf(change: Change): TerminalEvent[] {
  const { now, before, steps } = change;
  switch (now.kind) {
    case 'status':
      return [
        ...steps.take(now),
        ...planOf(now, before),
        ...phaseOf(now, before?.kind === 'status' ? before.phase : undefined),
      ];
    case 'answer':
      return answerEvents(change, now);
    case 'approval':
      return now.isOpen && !(before?.kind === 'approval' && before.isOpen) ? [approvalNeeded(now)] : [];
    case 'question':
      return before === undefined
        ? [event('approval_required', { count: 1, tools: [], question: now.text, from: now.from })]
        : [];
    case 'job':
      return jobEvents(now, before);
    case 'notice':
      return before === undefined ? [noticed(now.text)] : [];
    case 'file':
      return before === undefined ? [event('tool_log', { tool: 'system', log: `File: ${now.name}` })] : [];
    case 'other':
      return [];
    default:
      return now satisfies never;
  }
}

const approvalNeeded = ({ toolCallId, title, facts, warnings, usd }: Approval): TerminalEvent =>
  event('approval_required', {
    count: 1,
    tools: [
      {
        tool_call_id: toolCallId,
        title,
        arguments: Object.fromEntries(facts.map(({ label, value }) => [label, value])),
        warnings,
        ...(usd === undefined ? {} : { estimated_cost_usd: usd }),
      },
    ],
  });

/** As a view tells of a summary that took the place of earlier messages (`thread/view/view.ts`). */
const COMPACTED = /\b(\d{1,9}) earlier messages became a summary for the model/;

function noticed(text: string): TerminalEvent {
  const [, replaced] = COMPACTED.exec(text) ?? [];
  if (replaced !== undefined) return event('compacted', { replaced_messages: Number(replaced) });
  return event('tool_log', { tool: 'system', log: text });
}

function planOf({ plan }: Status, before: About | undefined): TerminalEvent[] {
  const old = before?.kind === 'status' ? before.plan : [];
  if (plan.length === 0 || JSON.stringify(plan) === JSON.stringify(old)) return [];
  const lines = plan.map(({ content, status }) => `${PLAN_MARKS[status] ?? '[ ]'} ${content}`);
  return [event('tool_log', { tool: 'plan', log: lines.join('\n'), plan })];
}

const PLAN_MARKS: Readonly<Record<string, string>> = { completed: '[x]', in_progress: '[~]', pending: '[ ]' };

/** What a phase means, where it is a new one. The end of a request is told last of all (`headless.ts`). */
function phaseOf({ phase, exchange }: Status, before: Status['phase'] | undefined): TerminalEvent[] {
  if (phase === before) return [];
  if (phase === 'undone') return [event('undo_complete')];
  return before === undefined ? [event('processing', { message: 'Working on it', request: exchange })] : [];
}

/**
 * An answer that is being written, by what is new of it; and the whole of it once it is there. Where what was
 * written is taken back, the stream ends, and begins anew.
 */
function answerEvents({ id, streams, isStreamed }: Change, now: About & { kind: 'answer' }): TerminalEvent[] {
  const said = streams.get(id) ?? '';
  const isGoingOn = streams.has(id);
  if (now.isDraft) {
    if (!isStreamed || now.text === said) return [];
    streams.set(id, now.text);
    if (now.text.startsWith(said))
      return [event('assistant_chunk', { content: now.text.slice(said.length) })];
    return [
      event('assistant_stream_end', { is_taken_back: true }),
      event('assistant_chunk', { content: now.text }),
    ];
  }
  streams.delete(id);
  const rest = now.text.startsWith(said) ? now.text.slice(said.length) : '';
  const ending = [
    ...(rest === '' ? [] : [event('assistant_chunk', { content: rest })]),
    event('assistant_stream_end', now.text.startsWith(said) ? {} : { is_taken_back: true }),
  ];
  return [
    ...(isGoingOn ? ending : []),
    event('assistant_message', { content: now.text, is_final: now.isEnd }),
  ];
}

function jobEvents(now: About & { kind: 'job' }, before: About | undefined): TerminalEvent[] {
  if (before?.kind === 'job' && before.stage === now.stage && before.isFinal === now.isFinal) return [];
  const { jobId, url, stage, title, message, usd, isFinal } = now;
  return [
    event('tool_state_change', {
      ...{ tool: title, state: stage, job_id: jobId, job_url: url, is_final: isFinal },
      ...(message === undefined ? {} : { message }),
      ...(usd === undefined ? {} : { cost_usd: usd }),
    }),
  ];
}
