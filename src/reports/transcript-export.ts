import { eachInTurn } from '../lib/breath.ts';
import type { Redaction } from '../lib/redaction.ts';
import { automatic, fenced, said, speakerName, speakerNames, summary } from '../lib/speech.ts';
import { tableLines } from '../lib/table-lines.ts';
import type { Snapshot } from '../session/snapshot.ts';
import type { Table } from '../session/tables.ts';
import { effectiveArguments, isSettled, type ToolCall } from '../session/tool-calls.ts';

/** A session for people to read, without secrets. */
export async function asMarkdown(snapshot: Snapshot, redaction: Redaction): Promise<string> {
  const { session, messages, toolCalls } = snapshot;
  const calls = Map.groupBy(toolCalls, (call) => call.messageId);
  const parts = messages.flatMap(({ id, entry, createdAt }) => {
    const time = createdAt.toISOString().slice(0, 16).replace('T', ' ');
    switch (entry.role) {
      case 'user':
        return [`## ${speakerName(entry.author.name)} · ${time}`, words(entry.text)];
      case 'assistant':
        return [
          ...(entry.text.trim() ? [`## ML Intern · ${time}`, words(entry.text)] : []),
          ...(calls.get(id) ?? []).map(callMarkdown),
        ];
      case 'summary':
        return [`> ${entry.replaced} messages were summarised for the model here.`];
      case 'note':
        return [quoted(entry.text)];
      case 'notice':
        return [quoted(entry.text), ...(entry.tables ?? []).map(tableMarkdown)];
      default:
        return entry satisfies never;
    }
  });
  return redaction.long(`${[`# ${session.settings.title ?? 'ML Intern session'}`, ...parts].join('\n\n')}\n`);
}

const quoted = (text: string): string => text.replace(/^/gm, '> ');

function tableMarkdown(table: Table): string {
  const { head, rows } = tableLines(table, TABLE_WIDTH);
  return fenced([table.caption, ...head, ...rows.flat()].join('\n'));
}

const TABLE_WIDTH = 100;

function callMarkdown(call: ToolCall): string {
  const summary = call.summary.replace(/[<>&]/g, ' ');
  return [
    `<details><summary>${call.name} ${summary} (${call.state.kind})</summary>`,
    fenced(effectiveArguments(call), 'json'),
    fenced(outputOf(call)),
    '</details>',
  ].join('\n\n');
}

const outputOf = ({ state }: ToolCall): string => (isSettled(state) ? state.output : `(${state.kind})`);

/** What somebody said: none of its lines ends as the headings above what is said do. */
const words = (text: string): string => text.replace(/·(?=\s*\d{4}-\d{2}-\d{2} \d{2}:\d{2}\s*$)/gm, '-');

/**
 * A session as lines of JSON, in the Session Trace Simple Format that the Hub's viewer of traces reads
 * (https://huggingface.co/docs/hub/session-traces-format), without secrets.
 */
export async function asTrace(snapshot: Snapshot, redaction: Redaction): Promise<string> {
  const { session, messages, toolCalls } = snapshot;
  const calls = Map.groupBy(toolCalls, (call) => call.messageId);
  const header = {
    type: 'session',
    harness: 'ml-intern',
    id: session.id,
    ...(session.settings.title ? { name: session.settings.title } : {}),
  };
  const names = speakerNames(messages.flatMap(({ entry }) => (entry.role === 'user' ? entry.author : [])));
  const lines = messages.flatMap(({ id, entry, createdAt }) => {
    const timestamp = createdAt.getTime();
    switch (entry.role) {
      case 'user':
        return [{ role: 'user', content: said(names(entry.author.id), entry.text), timestamp }];
      case 'note':
        return [{ role: 'user', content: automatic(entry.text), timestamp }];
      case 'summary':
        return [{ role: 'user', content: summary(entry.text), timestamp }];
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
  const all = [header, ...lines.map((message) => ({ type: 'message', message }))];
  const clean = await eachInTurn(all, (line) => redaction.longValue<object>(line));
  return clean.map((line) => `${JSON.stringify(line)}\n`).join('');
}

const traceCall = (call: ToolCall) => ({
  id: call.providerId,
  function: { name: call.name, arguments: effectiveArguments(call) },
});
