import { event, type TerminalEvent } from './event-types.ts';
import type { Call, Status } from './messages.ts';

/*
 * The steps of a request as events. A status has its newest lines only, and counts those before them, so a
 * line is known by its place; where one was put between others, by what it says.
 */

export type Steps = { take(status: Status): TerminalEvent[] };

type Known = { id: string; call: Call };

export function createSteps(): Steps {
  const requests = new Map<number, Map<number, Known>>();
  let count = 0;
  return {
    take({ exchange, lines, earlier }) {
      const known = requests.get(exchange) ?? new Map<number, Known>();
      const now = new Map(known);
      requests.set(exchange, now);
      const events: TerminalEvent[] = [];
      let isMoved = false;
      for (const [at, line] of lines.entries()) {
        const place = earlier + at;
        const call = 'said' in line ? saidAs(line.said) : line;
        const here = known.get(place);
        isMoved ||= here !== undefined && !isSame(here.call, call);
        const before = knownAt(known, place, call, isMoved);
        const id = before?.id ?? `${exchange}-${++count}`;
        now.set(place, { id, call });
        events.push(...stepEvents(id, call, before?.call));
      }
      return events;
    },
  };
}

/** What is said beside calls, as a line like theirs. */
const saidAs = (text: string): Call => ({ tool: SAID, summary: text, state: 'done' });
const SAID = '';

const isSame = (one: Call, other: Call): boolean => one.tool === other.tool && one.summary === other.summary;

/** How far a line can be moved by others that are put before it. */
const MOVED = 6;

/** What is known of a line. It is looked for before its place where others were put between those before. */
function knownAt(
  known: ReadonlyMap<number, Known>,
  place: number,
  call: Call,
  isMoved: boolean,
): Known | undefined {
  const here = known.get(place);
  if (here !== undefined && isSame(here.call, call)) return here;
  for (let by = 1; isMoved && by <= MOVED; by++) {
    const moved = known.get(place - by);
    if (moved !== undefined && isSame(moved.call, call)) return moved;
  }
  return undefined;
}

function stepEvents(id: string, call: Call, before: Call | undefined): TerminalEvent[] {
  const { tool, summary, state, seconds, tail, note } = call;
  const about = { tool, tool_call_id: id };
  const isNew = before === undefined;
  if (tool === SAID) return isNew ? [event('assistant_message', { content: summary, is_final: false })] : [];
  const isEnded = state === 'done' || state === 'failed';
  return [
    ...(isNew ? [event('tool_call', { ...about, arguments: {}, summary })] : []),
    ...(isNew || state === before.state || isEnded
      ? []
      : [event('tool_state_change', { ...about, state: STATES[state] })]),
    ...(note !== undefined && note !== before?.note ? [event('tool_log', { ...about, log: note })] : []),
    ...(tail !== undefined && tail !== before?.tail ? [event('tool_log', { ...about, log: tail })] : []),
    ...(isEnded && state !== before?.state
      ? [
          event('tool_output', {
            ...about,
            output: summary,
            success: state === 'done',
            ...(seconds === undefined ? {} : { seconds }),
          }),
        ]
      : []),
  ];
}

/** As the original names them. */
const STATES: Readonly<Record<Call['state'], string>> = {
  running: 'running',
  asked: 'approval_required',
  waiting: 'waiting',
  done: 'done',
  failed: 'failed',
  skipped: 'abandoned',
  unknown: 'unknown',
};
