import { z } from 'zod';
import { count, days, MOST_SECONDS, orNone, port, seconds } from '../setting-types.ts';

/** How work is handed on between processes. */
export const Durability = z.strictObject({
  lease_seconds: seconds.default(10).describe('How long a silent worker keeps a session.'),
  sweep_seconds: seconds.default(3).describe('How often abandoned work is looked for.'),
  hand_over_seconds: z.coerce
    .number()
    .nonnegative()
    .max(MOST_SECONDS)
    .default(3)
    .describe(
      'On SIGTERM a step may go on for so long; then it is broken off and handed to another worker. The process ends within 4.5 s more.',
    ),
  queue_prefix: z
    .string()
    .min(1)
    .default('ml-intern')
    .describe(
      'What the keys of queues on Redis begin with; the installation’s own id follows, so several may share one Redis.',
    ),
  worker_concurrency: count
    .default(1_000)
    .describe(
      'Turns that one worker process runs at once, at most: most of the time each waits for its model, and a process takes no more than its event loop and its memory have room for. Commands of theirs have `sandbox.commands`.',
    ),
});

/** Where a process says how it is. */
export const Health = z.strictObject({
  port: orNone(port).describe(
    'Port of /healthz and /readyz; without one they are nowhere. One for each process of a machine.',
  ),
  host: z
    .string()
    .default('127.0.0.1')
    .describe('Address that they listen on; "0.0.0.0" in a container whose orchestrator asks.'),
});

/** The record’s connections. */
export const Database = z.strictObject({
  connections: count
    .default(10)
    .describe(
      'How many connections to Postgres the record may take, a process. A worker has one more, for renewing what it holds; queues on Postgres take up to 8 more.',
    ),
});

/** How long what nobody uses is kept. */
export const Retention = z.strictObject({
  idle_days: days
    .default(30)
    .describe('A session that nobody has used for so long is closed; it can be resumed.'),
  file_days: days
    .default(30)
    .describe(
      'Files that people attached or that threads were sent are deleted from the record after so long; transcripts and jobs are kept, and so is what the threads have.',
    ),
  event_days: days.optional().describe('What older versions called `file_days`; where it is set, it counts.'),
});
