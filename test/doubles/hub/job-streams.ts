import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, sleep } from '../http.ts';
import { type DoubleJob, isOver, linesSoFar, stageOf } from './job.ts';
import type { HubState } from './state.ts';

/** Server-sent events, from the first on, open for as long as the job runs. */
export async function streamJob(
  hub: HubState,
  id: string,
  kind: 'logs' | 'events',
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const job = hub.jobs.find((item) => item.id === id);
  if (job === undefined) return sendJson(response, 404, { error: 'Job not found' });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  hub.streams.add(response);
  response.on('close', () => hub.streams.delete(response));
  const eventsOf = kind === 'logs' ? logEvents : stageEvents;
  const isAgain = hub.streamed.has(`${kind} ${id}`);
  hub.streamed.add(`${kind} ${id}`);
  const replayed = isAgain && kind === 'logs' ? hub.replayedLines : Infinity;
  let isOpen = true;
  request.on('close', () => {
    isOpen = false;
  });
  for (let sent = Math.max(0, eventsOf(job).length - replayed); isOpen; await sleep(hub.streamMs)) {
    const isLast = isOver(stageOf(job).stage);
    for (const event of eventsOf(job).slice(sent)) {
      response.write(`data: ${JSON.stringify(event)}\n\n`);
      sent++;
    }
    if (isLast) break;
  }
  response.end();
}

/** A log line as the Hub sends it; the first one is the Hub's own. */
function logEvents(job: DoubleJob): readonly unknown[] {
  if (stageOf(job).startedAt === undefined) return [];
  // Some lines are printed within the same millisecond.
  const { queueMs, lineMs = 1 / 3 } = job.course;
  const at = (line: number) => new Date(job.createdAt + queueMs + Math.floor(line * lineMs)).toISOString();
  const lines = [`===== Job started at ${at(0)} =====`, ...linesSoFar(job)];
  return lines.map((data, i) => ({ data, timestamp: at(i) }));
}

/** Every stage that a job has been in, as its status was then. */
function stageEvents(job: DoubleJob): readonly unknown[] {
  const { stage, startedAt } = stageOf(job);
  const stages = ['SCHEDULING', ...(startedAt ? ['RUNNING'] : []), ...(isOver(stage) ? [stage] : [])];
  return stages.map((name) => ({ status: { stage: name, message: null } }));
}
