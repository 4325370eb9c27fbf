/*
 * What a thread shows, as the events that programs know of the original ml-intern: the same sixteen names
 * (https://github.com/huggingface/ml-intern#events), each with `event_type` and `data`. What stands on the
 * board is told once, as it changes.
 */

export type EventType =
  | ('processing' | 'ready' | 'assistant_chunk' | 'assistant_message' | 'assistant_stream_end')
  | ('tool_call' | 'tool_output' | 'tool_log' | 'tool_state_change' | 'approval_required')
  | ('turn_complete' | 'error' | 'interrupted' | 'compacted' | 'undo_complete' | 'shutdown');

export type TerminalEvent = { event_type: EventType; data: Readonly<Record<string, unknown>> };

export const event = (event_type: EventType, data: TerminalEvent['data'] = {}): TerminalEvent => ({
  event_type,
  data,
});
