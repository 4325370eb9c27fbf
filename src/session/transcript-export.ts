import type { Snapshot } from './snapshot.ts';
import { effectiveArguments, isSettled, type ToolCall } from './tool-calls.ts';

/** A session for people to read. */
export function asMarkdown(snapshot: Snapshot): string {
  const { session, messages, toolCalls } = snapshot;
  const calls = Map.groupBy(toolCalls, (call) => call.messageId);
  const parts = messages.flatMap(({ id, entry, createdAt }) => {
    const time = createdAt.toISOString().slice(0, 16).replace('T', ' ');
    switch (entry.role) {
      case 'user':
        return [`## ${entry.author.name} · ${time}`, entry.text];
      case 'assistant':
        return [
          ...(entry.text.trim() ? [`## ML Intern · ${time}`, entry.text] : []),
          ...(calls.get(id) ?? []).map(callMarkdown),
        ];
      case 'summary':
        return [`> ${entry.replaced} messages were summarised for the model here.`];
      case 'note':
      case 'notice':
        return [entry.text.replace(/^/gm, '> ')];
      default:
        return entry satisfies never;
    }
  });
  return `${[`# ${session.settings.title ?? 'ML Intern session'}`, ...parts].join('\n\n')}\n`;
}

function callMarkdown(call: ToolCall): string {
  const fence = fenceFor(effectiveArguments(call), outputOf(call));
  const summary = call.summary.replace(/[<>&]/g, ' ');
  return [
    `<details><summary>${call.name} ${summary} (${call.state.kind})</summary>`,
    `${fence}json\n${effectiveArguments(call)}\n${fence}`,
    `${fence}\n${outputOf(call)}\n${fence}`,
    '</details>',
  ].join('\n\n');
}

const outputOf = ({ state }: ToolCall): string => (isSettled(state) ? state.output : `(${state.kind})`);

/** Longer than any fence within. */
function fenceFor(...texts: string[]): string {
  const runs = texts.flatMap((text) => text.match(/`+/g) ?? []);
  return '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
}

/**
 * A session as lines of JSON, in the Session Trace Simple Format that the Hub's viewer of traces reads
 * (https://huggingface.co/docs/hub/session-traces-format).
 */
export function asTrace(snapshot: Snapshot): string {
  const { session, messages, toolCalls } = snapshot;
  const calls = Map.groupBy(toolCalls, (call) => call.messageId);
  const header = {
    type: 'session',
    harness: 'ml-intern',
    id: session.id,
    ...(session.settings.title ? { name: session.settings.title } : {}),
  };
  const lines = messages.flatMap(({ id, entry, createdAt }) => {
    const timestamp = createdAt.getTime();
    switch (entry.role) {
      case 'user':
        return [{ role: 'user', content: `[${entry.author.name}] ${entry.text}`, timestamp }];
      case 'note':
        return [{ role: 'user', content: `[ML Intern, automatic] ${entry.text}`, timestamp }];
      case 'summary':
        return [{ role: 'user', content: `[ML Intern, summary] ${entry.text}`, timestamp }];
      case 'notice':
        return [];
      case 'assistant': {
        const own = calls.get(id) ?? [];
        return [
          {
            role: 'assistant',
            content: entry.text,
            ...(entry.reasoning ? { reasoningContent: entry.reasoning } : {}),
            ...(own.length > 0 ? { toolCalls: own.map(traceCall) } : {}),
            ...(entry.model ? { model: entry.model } : {}),
            timestamp,
          },
          ...own.map((call) => ({
            role: 'tool',
            toolCallId: call.providerId,
            content: outputOf(call),
            timestamp: (call.finishedAt ?? createdAt).getTime(),
          })),
        ];
      }
      default:
        return entry satisfies never;
    }
  });
  return [header, ...lines.map((message) => ({ type: 'message', message }))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

const traceCall = (call: ToolCall) => ({
  id: call.providerId,
  function: { name: call.name, arguments: effectiveArguments(call) },
});
