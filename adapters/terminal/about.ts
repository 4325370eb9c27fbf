import type { ApprovalView, JobView, StatusView, ViewMessage } from '../../src/thread/view/view-message.ts';
import type { About, Call } from './messages.ts';

/** The facts of a message of a view, for programs. */
export function aboutOf({ body, exchange }: ViewMessage): About {
  switch (body.kind) {
    case 'status':
      return aboutStatus(body, exchange);
    case 'answer': {
      const { text, isDraft } = body;
      return { kind: 'answer', exchange, text, isDraft, isEnd: !body.isDraft && body.isEnd };
    }
    case 'approval':
      return aboutApproval(body, exchange);
    case 'question':
      return { kind: 'question', exchange, from: body.from, text: body.text };
    case 'job':
      return aboutJob(body);
    case 'alarm':
    case 'notice':
      return { kind: 'notice', exchange, text: body.text };
    case 'file':
      return { kind: 'file', fileId: body.fileId, name: body.name };
    case 'title':
    case 'standing':
    case 'reaction':
    case 'batch':
      return { kind: 'other' };
    default:
      return body satisfies never;
  }
}

function aboutStatus(status: StatusView, exchange: number): About {
  const { phase, detail, plan, timeline, earlier, links, tokens, usd, autoApproval: auto } = status;
  return {
    kind: 'status',
    ...{ exchange, phase, earlier, tokens },
    ...(detail === undefined ? {} : { detail }),
    plan: [...plan],
    lines: timeline.map((line) => (line.kind === 'call' ? callOf(line) : { said: line.text })),
    links: [...links],
    ...(usd === undefined ? {} : { usd }),
    ...(auto === undefined
      ? {}
      : { auto: { usedUsd: auto.usedUsd, ...(auto.capUsd === undefined ? {} : { capUsd: auto.capUsd }) } }),
  };
}

type CallLine = Extract<StatusView['timeline'][number], { kind: 'call' }>;

const callOf = ({ name, summary, outcome, seconds, tail, note }: CallLine): Call => ({
  ...{ tool: name, summary, state: outcome },
  ...(seconds === undefined ? {} : { seconds }),
  ...(tail === undefined ? {} : { tail }),
  ...(note === undefined ? {} : { note }),
});

function aboutApproval({ toolCallId, request, decision }: ApprovalView, exchange: number): About {
  const { title, facts, warnings, blocked, estimate, isAlwaysAsked } = request;
  return {
    kind: 'approval',
    ...{ exchange, toolCallId, title },
    facts: facts.map(({ label, value }) => ({ label, value })),
    warnings: [...(blocked ? [blocked] : []), ...warnings],
    ...(estimate.usd === undefined ? {} : { usd: estimate.usd }),
    isAlwaysAsked: isAlwaysAsked === true,
    isOpen: decision === undefined,
  };
}

const aboutJob = ({ jobId, url, stage, title, message, usd, isFinal }: JobView): About => ({
  kind: 'job',
  ...{ jobId, url, stage, title, isFinal },
  ...(message === undefined ? {} : { message }),
  ...(usd === undefined ? {} : { usd }),
});
