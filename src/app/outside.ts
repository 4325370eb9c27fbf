import { checkModel, describeModels } from '../agent/models.ts';
import type { Outside } from '../agent/operations/scope.ts';
import { createTraces } from '../hub/traces.ts';
import { curveFile, logFile } from '../jobs/files.ts';
import { findJob } from '../jobs/find.ts';
import { endReport, statusLine } from '../jobs/report.ts';
import { mayKnow } from '../jobs/whose.ts';
import { messageOf } from '../lib/errors.ts';
import { asMarkdown, asTrace } from '../reports/transcript-export.ts';
import { uniqueName } from '../session/store/files.ts';
import { readSnapshot } from '../session/store/read-snapshot.ts';
import { logNotRead } from '../thread/words/jobs.ts';
import type { AgentTools } from './agent-tools.ts';
import type { Models } from './models.ts';
import type { Parts } from './parts.ts';

type Needed = Pick<Parts, 'config' | 'storage' | 'clock' | 'ids'>;

/** What operations of sessions ask of the world outside the record. */
export function outsideOf(parts: Needed, models: Models, tools: AgentTools, signal: AbortSignal): Outside {
  const { config, clock, ids } = parts;
  const asked = { model: models.client, catalogue: models.catalogue, choices: config.model.choices };
  return {
    ...jobsOutside(parts, tools, signal),
    describeModels: (session) => describeModels(asked, models.of(session)),
    checkModel: (id) => checkModel(asked, id, signal),
    ...transcriptsOutside(parts, tools, signal),
    compareRuns: ({ address }, watchIds) => tools.runs.compare(address, watchIds),
    nextId: ids.next,
    keepsApprovals: config.approvals.side_questions,
    now: clock.now,
  };
}

/** What is asked about jobs: with the account that each was started with. */
function jobsOutside(
  { config, storage, clock, ids }: Needed,
  { jobs, hubs, hardware, ownership }: Pick<AgentTools, 'jobs' | 'hubs' | 'hardware' | 'ownership'>,
  signal: AbortSignal,
): Pick<Outside, 'jobReport' | 'jobStatus' | 'findJob' | 'cancelJob' | 'jobFile'> {
  return {
    async jobReport(watch) {
      const hub = await hubs.of(watch);
      return endReport(hub.ok ? hub.jobs : hub, watch, signal);
    },
    jobStatus: statusLine,
    findJob(sessionId, namespace, jobId) {
      const finding = { clock, jobs, hardware, namespace: config.jobs.namespace, ownership };
      const named = { sessionId, namespace, jobId };
      return findJob({ ...finding, sharesOthers: config.jobs.read_others === true }, named, signal);
    },
    async cancelJob(watch) {
      const hub = await hubs.of(watch);
      if (!hub.ok) throw new Error(hub.reason);
      if (watch.toolCallId === undefined) {
        const job = await hub.jobs.inspect(watch.namespace, watch.jobId, signal);
        const [whose] = await ownership.of(watch.sessionId, [job]);
        if (!mayKnow(whose, true)) throw new Error('it was begun in another channel');
      }
      await hub.jobs.cancel(watch.namespace, watch.jobId, signal);
    },
    async jobFile(watch, what) {
      if (what === 'curve') return curveFile(watch, ids.next('f'));
      const hub = await hubs.of(watch);
      if (!hub.ok) return { ok: false, reason: logNotRead(watch, hub.reason) };
      return logFile(hub.jobs, watch, ids.next('f'), storage.db.redaction, signal);
    },
  };
}

/** What becomes of a session's transcript. */
function transcriptsOutside(
  { config, storage, ids }: Needed,
  { token }: Pick<AgentTools, 'token'>,
  signal: AbortSignal,
): Pick<Outside, 'whole' | 'exportFile' | 'share'> {
  const { redaction } = storage.db;
  const traces = createTraces(config.jobs.hub_url, token, config.traces.dataset);
  return {
    async whole(sessionId) {
      const snapshot = await readSnapshot(storage.db, sessionId);
      if (snapshot === undefined) throw new Error(`session ${sessionId} does not exist`);
      return snapshot;
    },
    async exportFile(snapshot, format) {
      const id = ids.next('f');
      const isMarkdown = format === 'markdown';
      const text = await (isMarkdown ? asMarkdown : asTrace)(snapshot, redaction);
      const name = uniqueName(isMarkdown ? 'transcript.md' : 'transcript.jsonl', id);
      return {
        ok: true,
        file: { id, name, bytes: Buffer.from(text) },
        text: 'The transcript of this session',
      };
    },
    async share(snapshot) {
      if (!config.traces.share)
        return 'Sharing sessions is switched off here (`traces.share` in the config).';
      const { id, createdAt } = snapshot.session;
      return traces.share(id, createdAt, await asTrace(snapshot, redaction), signal).then(
        (url) => `This session is at ${url}, in a dataset that only its owners see.`,
        (error: unknown) => {
          signal.throwIfAborted();
          return `The session could not be shared: ${messageOf(error)}. The bot’s token needs write access to that dataset, which has to be private.`;
        },
      );
    },
  };
}
