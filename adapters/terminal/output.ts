import type { TerminalEvent } from './event-types.ts';
import { plainJson, plainLine, plainText } from './plain-text.ts';

/** A stream that lines are written to. */
export type Sink = (text: string) => void;

/** Events for programs: one a line. */
export const jsonOutput =
  (out: Sink) =>
  (one: TerminalEvent): void =>
    out(`${plainJson(one)}\n`);

/**
 * Events for people who read a file or a pipe: answers on one stream, and what is done on the other. Nothing
 * is drawn and nothing taken back.
 */
export function textOutput(out: Sink, progress: Sink): (one: TerminalEvent) => void {
  /** What was written of an answer so far. */
  let written = '';
  const line = (text: string) => progress(`${text}\n`);
  return ({ event_type, data }) => {
    const text = (name: string) => plainText(String(data[name] ?? ''));
    switch (event_type) {
      case 'assistant_chunk':
        written += text('content');
        return out(text('content'));
      case 'assistant_stream_end':
        if (data.is_taken_back) written = '';
        return out('\n');
      case 'assistant_message':
        if (written === '') (data.is_final ? out : progress)(`${text('content').trimEnd()}\n`);
        written = '';
        return;
      case 'tool_call':
        return line(`- ${plainLine(String(data.summary || data.tool))}`);
      case 'tool_log':
        return line(indented(text('log')));
      case 'tool_state_change':
        return line(indented(stateLine(data)));
      case 'tool_output':
        return data.success === true ? undefined : line(`  failed: ${plainLine(String(data.output))}`);
      case 'approval_required':
        return line(`Approval needed: ${neededFor(data)}`);
      case 'error':
        return line(`Error: ${plainLine(String(data.error))}`);
      case 'compacted':
        return line(`${data.replaced_messages} earlier messages became a summary.`);
      case 'interrupted':
        return line('Stopped.');
      case 'turn_complete':
        for (const link of Array.isArray(data.links) ? data.links : []) line(plainLine(String(link)));
        return;
      case 'processing':
      case 'ready':
      case 'undo_complete':
      case 'shutdown':
        return;
      default:
        return event_type satisfies never;
    }
  };
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

function stateLine({ tool, state, job_url: url, message }: TerminalEvent['data']): string {
  const parts = [tool, state, url, message].filter((part) => part !== undefined && part !== '');
  return parts.map((part) => plainLine(String(part))).join(' · ');
}

function neededFor({ tools, question }: TerminalEvent['data']): string {
  if (typeof question === 'string') return plainLine(question);
  const titles = Array.isArray(tools)
    ? tools.map((tool: { title?: unknown }) => String(tool.title ?? ''))
    : [];
  return plainLine(titles.join('; '));
}
