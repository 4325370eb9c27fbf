import { z } from 'zod';

/** What a session tells the world; kept for audit and traces. Chunks of a streaming answer are not kept. */
const EventType = z.enum([
  'processing',
  'ready',
  'assistant_message',
  'assistant_stream_end',
  'tool_call',
  'tool_output',
  'tool_state_change',
  'approval_required',
  'turn_complete',
  'error',
  'interrupted',
  'undo_complete',
  'compacted',
  'shutdown',
  'plan_update',
  'job_update',
]);

export type SessionEvent = { type: z.infer<typeof EventType>; data: Record<string, unknown> };
