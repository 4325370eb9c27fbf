import { cancelJob, getJob, listJobs, runJob, streamJobLogs, whoAmI } from '@huggingface/hub';
import { z } from 'zod';

/** A job as the Hub's API describes it; a stage is kept as text, because new ones may come. */
export const HubJob = z.object({
  id: z.string(),
  status: z.object({ stage: z.string(), message: z.string().nullish() }),
  createdAt: z.coerce.date(),
  startedAt: z.coerce.date().nullish(),
  finishedAt: z.coerce.date().nullish(),
  flavor: z.string().nullish(),
  timeoutSeconds: z.number().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  owner: z.object({ name: z.string() }).nullish(),
});
export type HubJob = z.infer<typeof HubJob>;

export type JobSpec = {
  image: string;
  command: string[];
  environment: Record<string, string>;
  secrets: Record<string, string>;
  flavor: string;
  timeoutSeconds: number;
  labels: Record<string, string>;
};

/** Hugging Face Jobs and the account that pays for them. Every call throws HubApiError where the Hub refuses. */
export type HubJobs = {
  /** The name of the token's user. */
  whoAmI(signal: AbortSignal): Promise<string>;
  run(namespace: string, spec: JobSpec, signal: AbortSignal): Promise<HubJob>;
  /** The newest jobs: one page of the Hub's list. */
  list(namespace: string, signal: AbortSignal): Promise<HubJob[]>;
  /** The jobs that carry a label, filtered by the Hub itself. */
  withLabel(namespace: string, label: string, value: string, signal: AbortSignal): Promise<HubJob[]>;
  inspect(namespace: string, jobId: string, signal: AbortSignal): Promise<HubJob>;
  cancel(namespace: string, jobId: string, signal: AbortSignal): Promise<HubJob>;
  /**
   * What the job has printed so far. A running job's log stays open: it is read until it has been silent for
   * `silenceMs` (three times that before the first line).
   */
  logs(namespace: string, jobId: string, signal: AbortSignal, silenceMs?: number): Promise<string[]>;
  url(namespace: string, jobId: string): string;
};

/** The Hub replays a log quickly and then waits for more: after this silence, what was read is all there is so far. */
const LOG_SILENCE_MS = 1_500;

/** The Hub's own first line of a log. */
const PREAMBLE = /^===== Job started/;

export function createHubJobs(hubUrl: string, accessToken: string): HubJobs {
  /** The client's own requests, with a time-out and with query parameters that it has no arguments for. */
  const access = (signal: AbortSignal, query: Record<string, string> = {}) => ({
    hubUrl,
    accessToken,
    fetch: ((input: string | URL | Request, init?: RequestInit) =>
      fetch(withQuery(input, query), {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
      })) satisfies typeof fetch,
  });

  return {
    async whoAmI(signal) {
      const account = await whoAmI(access(signal));
      return account.name ?? account.id;
    },
    async run(namespace, spec, signal) {
      const options = {
        dockerImage: spec.image,
        command: spec.command,
        environment: spec.environment,
        secrets: spec.secrets,
        // The Hub adds hardware without a new client: the name is checked against its own list before.
        flavor: spec.flavor as Parameters<typeof runJob>[0]['flavor'],
        timeoutSeconds: spec.timeoutSeconds,
        labels: spec.labels,
      };
      return HubJob.parse(await runJob({ ...access(signal), namespace, ...options }));
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
    url: (namespace, jobId) => `${hubUrl}/jobs/${namespace}/${jobId}`,
  };
}

function withQuery(input: string | URL | Request, query: Record<string, string>): string | URL | Request {
  if (input instanceof Request || Object.keys(query).length === 0) return input;
  const url = new URL(input);
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
  return url;
}

async function readUntilSilent(
  silenceMs: number,
  open: (silent: AbortSignal) => AsyncGenerator<{ message: string }>,
): Promise<string[]> {
  const silence = new AbortController();
  const lines: string[] = [];
  let timer = setTimeout(() => silence.abort(), silenceMs * 3);
  try {
    for await (const { message } of open(silence.signal)) {
      if (!PREAMBLE.test(message)) lines.push(message);
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return lines;
}
