import {
  cancelJob,
  createScheduledJob,
  deleteScheduledJob,
  getJob,
  getScheduledJob,
  listJobs,
  listScheduledJobs,
  resumeScheduledJob,
  runJob,
  streamJobEvents,
  streamJobLogs,
  suspendScheduledJob,
  whoAmI,
} from '@huggingface/hub';
import { z } from 'zod';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import { accountName } from './access.ts';
import { type JobLog, PREAMBLE, readUntilSilent } from './job-logs.ts';
import type { HubToken } from './token.ts';

/** Why the Hub itself has ended a job: https://huggingface.co/.well-known/openapi.json, `cancelReason`. */
const REASONS: Readonly<Record<string, string>> = {
  NO_CREDITS: 'The Hub ended it: the account has no credits left.',
  NO_SUBSCRIPTION: 'The Hub ended it: the account lacks the subscription that it needs.',
  RESOURCE_GROUP_LIMIT: 'The Hub ended it: the resource group has reached its limit.',
};

/** What the Hub says of a job, and why it ended it. */
function said(message: string | null | undefined, reason: string | null | undefined): string | undefined {
  const why = reason ? (REASONS[reason] ?? `The Hub ended it: ${reason}.`) : undefined;
  return [why, message].filter(Boolean).join(' ') || undefined;
}

/** `isHubsEnd`: the Hub has ended the job, not people. */
type HubStatus = { stage: string; message?: string | undefined; isHubsEnd?: boolean };

/** A job as the Hub's API describes it; a stage is kept as text, because new ones may come. */
export const HubJob = z.object({
  id: z.string(),
  status: z
    .object({ stage: z.string(), message: z.string().nullish(), cancelReason: z.string().nullish() })
    .transform(
      ({ stage, message, cancelReason }): HubStatus => ({
        stage,
        message: said(message, cancelReason),
        ...(cancelReason ? { isHubsEnd: true } : {}),
      }),
    ),
  createdAt: z.coerce.date(),
  startedAt: z.coerce.date().nullish(),
  finishedAt: z.coerce.date().nullish(),
  flavor: z.string().nullish(),
  /** The time limit: the Hub takes it by one name, and answers it by the other. */
  timeoutSeconds: z.number().nullish(),
  timeout: z.number().nullish(),
  durations: z.object({ runningSecs: z.number().nonnegative().nullish() }).nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  owner: z.object({ name: z.string() }).nullish(),
});
export type HubJob = z.infer<typeof HubJob>;

/** The time limit in whole seconds of a job, or of what a schedule starts, where the Hub tells it. */
export function timeLimitOf({
  timeoutSeconds,
  timeout,
}: Pick<HubJob, 'timeoutSeconds' | 'timeout'>): number | undefined {
  const seconds = timeoutSeconds ?? timeout;
  return seconds && seconds > 0 ? Math.min(Math.ceil(seconds), LONGEST_SECONDS) : undefined;
}

/** As long as the record can say. */
const LONGEST_SECONDS = 2 ** 31 - 1;

const Account = z.object({
  name: z.string(),
  orgs: z.array(z.object({ name: z.string() })).nullish(),
});

/** A job that the Hub runs on a schedule. */
const ScheduledJob = z.object({
  id: z.string(),
  schedule: z.string(),
  suspend: z.boolean(),
  createdAt: z.coerce.date(),
  jobSpec: z.object({
    flavor: z.string(),
    timeoutSeconds: z.number().nullish(),
    timeout: z.number().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
  }),
});
export type ScheduledJob = z.infer<typeof ScheduledJob>;

export type JobSpec = {
  image: string;
  command: string[];
  environment: Record<string, string>;
  secrets: Record<string, string>;
  flavor: string;
  timeoutSeconds: number;
  labels: Record<string, string>;
  /** Folders of buckets that the job is given. */
  volumes?: { type: 'bucket'; source: string; mountPath: string; path: string; readOnly: boolean }[];
};

/**
 * Hugging Face Jobs and the account that pays for them. Every call throws HubApiError where the Hub refuses.
 */
export type HubJobs = {
  /** The name of the token's user. */
  whoAmI(signal: AbortSignal): Promise<string>;
  /** The accounts that jobs may run under: the token's user first, then its organisations. */
  accounts(signal: AbortSignal): Promise<string[]>;
  run(namespace: string, spec: JobSpec, signal: AbortSignal): Promise<HubJob>;
  /** Makes a job that the Hub runs again and again, at a cron expression or `@hourly` and the like. */
  schedule(
    namespace: string,
    spec: JobSpec,
    plan: { schedule: string; suspend: boolean },
    signal: AbortSignal,
  ): Promise<ScheduledJob>;
  scheduled(namespace: string, signal: AbortSignal): Promise<ScheduledJob[]>;
  inspectScheduled(namespace: string, id: string, signal: AbortSignal): Promise<ScheduledJob>;
  changeScheduled(
    change: 'delete' | 'suspend' | 'resume',
    namespace: string,
    id: string,
    signal: AbortSignal,
  ): Promise<void>;
  /** The newest jobs: one page of the Hub's list. */
  list(namespace: string, signal: AbortSignal): Promise<HubJob[]>;
  /** The jobs that carry a label, filtered by the Hub itself. */
  withLabel(namespace: string, label: string, value: string, signal: AbortSignal): Promise<HubJob[]>;
  inspect(namespace: string, jobId: string, signal: AbortSignal): Promise<HubJob>;
  cancel(namespace: string, jobId: string, signal: AbortSignal): Promise<HubJob>;
  /**
   * What the job has printed so far, its newest lines. A running job's log stays open: it is read until it
   * has been silent for `silenceMs` (three times that before the first line), or for twenty times as long.
   */
  logs(namespace: string, jobId: string, signal: AbortSignal, silenceMs?: number): Promise<JobLog>;
  /**
   * Something for every change of the job's stage, as it happens. Ends when the job has ended or the stream
   * breaks.
   */
  events(namespace: string, jobId: string, signal: AbortSignal): AsyncIterable<unknown>;
  /**
   * Every line as it is printed, after those that there are, with when that was. Ends when the job has ended
   * or the stream breaks.
   */
  follow(namespace: string, jobId: string, signal: AbortSignal): AsyncIterable<{ text: string; at: number }>;
  url(namespace: string, jobId: string): string;
};

/**
 * The Hub replays a log quickly and then waits for more: after this silence, what was read is all there is so
 * far.
 */
const LOG_SILENCE_MS = 1_500;

/** How long a stream may take to open. */
const OPENING_MS = 20_000;

export function createHubJobs(hubUrl: string, accessToken: HubToken): HubJobs {
  const hub = { hubUrl, accessToken };
  const access = (signal: AbortSignal, query?: Record<string, string>) => accessFor(hub, signal, query);
  return {
    whoAmI: (signal) => accountName(access(signal)),
    async accounts(signal) {
      const { name, orgs } = Account.parse(await whoAmI(access(signal)));
      return [name, ...(orgs ?? []).map((org) => org.name)];
    },
    run: async (namespace, spec, signal) =>
      HubJob.parse(await runJob({ ...access(signal), namespace, ...optionsOf(spec) })),
    schedule: async (namespace, spec, plan, signal) =>
      ScheduledJob.parse(
        await createScheduledJob({ ...access(signal), namespace, ...plan, jobSpec: optionsOf(spec) }),
      ),
    scheduled: async (namespace, signal) =>
      z.array(ScheduledJob).parse(await listScheduledJobs({ ...access(signal), namespace })),
    inspectScheduled: async (namespace, scheduledJobId, signal) =>
      ScheduledJob.parse(await getScheduledJob({ ...access(signal), namespace, jobId: scheduledJobId })),
    async changeScheduled(change, namespace, scheduledJobId, signal) {
      const params = { ...access(signal), namespace, jobId: scheduledJobId };
      await CHANGES[change](params);
    },
    list: async (namespace, signal) =>
      z.array(HubJob).parse(await listJobs({ ...access(signal), namespace })),
    // `label=key=value` as in huggingface_hub's list_jobs; this client's listJobs has no argument for it.
    withLabel: async (namespace, label, value, signal) => {
      const found = await listJobs({ ...access(signal, { label: `${label}=${value}` }), namespace });
      return z.array(HubJob).parse(found);
    },
    inspect: async (namespace, jobId, signal) =>
      HubJob.parse(await getJob({ ...access(signal), namespace, jobId })),
    cancel: async (namespace, jobId, signal) =>
      HubJob.parse(await cancelJob({ ...access(signal), namespace, jobId })),
    logs: (namespace, jobId, signal, silenceMs = LOG_SILENCE_MS) =>
      readUntilSilent(silenceMs, (silent) =>
        streamJobLogs({ ...access(AbortSignal.any([signal, silent])), namespace, jobId }),
      ),
    events: (namespace, jobId, signal) => streamJobEvents({ ...streaming(hub, signal), namespace, jobId }),
    async *follow(namespace, jobId, signal) {
      for await (const { message, timestamp } of streamJobLogs({
        ...streaming(hub, signal),
        namespace,
        jobId,
      })) {
        if (!PREAMBLE.test(message)) yield { text: message, at: timestamp.getTime() };
      }
    },
    url: (namespace, jobId) => `${hubUrl}/jobs/${namespace}/${jobId}`,
  };
}

type Hub = { hubUrl: string; accessToken: HubToken };

/** A line of a log may be as long as a job likes: what is after its first megabyte says nothing. */
const send = boundedFetch({ lineBytes: 1_000_000 });

/** The client's own requests, with a time-out and with query parameters that it has no arguments for. */
const accessFor = (hub: Hub, signal: AbortSignal, query: Record<string, string> = {}) => ({
  ...hub,
  fetch: ((input: string | URL | Request, init?: RequestInit) =>
    send(withQuery(input, query), {
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
    })) satisfies typeof fetch,
});

/** For streams that stay open: only their beginning is bounded in time. */
const streaming = (hub: Hub, signal: AbortSignal) => ({
  ...hub,
  fetch: (async (input: string | URL | Request, init?: RequestInit) => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('the Hub opens no stream')), OPENING_MS);
    try {
      return await send(input, { ...init, signal: AbortSignal.any([signal, late.signal]) });
    } finally {
      clearTimeout(timer);
    }
  }) satisfies typeof fetch,
});

const CHANGES = {
  delete: deleteScheduledJob,
  suspend: suspendScheduledJob,
  resume: resumeScheduledJob,
} as const;

/** A job as the client's functions take it. */
function optionsOf(spec: JobSpec) {
  return {
    dockerImage: spec.image,
    command: spec.command,
    environment: spec.environment,
    secrets: spec.secrets,
    // The Hub adds hardware without a new client: the name is checked against its own list before.
    flavor: spec.flavor as Parameters<typeof runJob>[0]['flavor'],
    timeoutSeconds: spec.timeoutSeconds,
    labels: spec.labels,
    ...(spec.volumes ? { volumes: spec.volumes } : {}),
  };
}

function withQuery(input: string | URL | Request, query: Record<string, string>): string | URL | Request {
  if (input instanceof Request || Object.keys(query).length === 0) return input;
  const url = new URL(input);
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
  return url;
}
