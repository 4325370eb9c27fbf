import { commit, HubApiError, listFiles, listScheduledJobs, pathsInfo, uploadFiles } from '@huggingface/hub';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { accessTo } from './access.ts';
import { JOBS_BUCKET } from './own-repositories.ts';
import { unlessThere, withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/** A file that a job is given, in a folder of its own. */
export type JobFile = { folder: string; name: string; bytes: Buffer };

/**
 * Files that jobs are given in a private bucket of the account that they run under: the same that
 * huggingface_hub keeps scripts in (`HfApi.run_uv_job`).
 */
export type JobArtifacts = {
  /**
   * Makes sure that a file is there, and the bucket, which nobody else may see; may be called any number of
   * times. Folders of jobs that have long ended are taken out by the way. Throws HubApiError where the Hub
   * refuses.
   */
  keep(
    namespace: string,
    file: JobFile,
    signal: AbortSignal,
  ): Promise<{ ok: true } | { ok: false; reason: string }>;
};

export const jobsBucket = (namespace: string): string => `${namespace}/${JOBS_BUCKET}`;

/** What folders begin with that are made here: others are left alone. */
export const FOLDER_PREFIX = 'ml-intern-';

/** A job runs for 31 days at most, and may have waited before. */
const KEPT_MS = 45 * 86_400_000;

export function createJobArtifacts(
  hubUrl: string,
  accessToken: HubToken,
  clock: Pick<Clock, 'now'>,
): JobArtifacts {
  const hub: Hub = { hubUrl, accessToken, access: accessTo(hubUrl, accessToken), clock };
  return {
    async keep(namespace, file, signal) {
      const kept = await withRetries(() => put(hub, namespace, file, signal), signal);
      // What is old costs little: it is taken out another time where that fails.
      if (kept.ok) await tidy(hub, namespace, signal).catch(() => signal.throwIfAborted());
      return kept;
    },
  };
}

type Hub = {
  hubUrl: string;
  accessToken: HubToken;
  access: ReturnType<typeof accessTo>;
  clock: Pick<Clock, 'now'>;
};

async function put(
  hub: Hub,
  namespace: string,
  { folder, name, bytes }: JobFile,
  signal: AbortSignal,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const bucket = jobsBucket(namespace);
  // @huggingface/hub says `visibility`, which the Hub does not know of buckets: they would be public.
  await unlessThere(() => request(hub, 'POST', bucket, signal, { private: true }));
  const state = z.looseObject({ private: z.boolean().nullish() });
  const found = state.parse(await request(hub, 'GET', bucket, signal));
  if (found.private !== true) {
    const reason = `The bucket ${bucket}, where long scripts are kept for jobs, is public: everybody could read the script. Whoever owns it makes it private at ${hub.hubUrl}/buckets/${bucket}.`;
    return { ok: false, reason };
  }
  const path = `${folder}/${name}`;
  const repo = { type: 'bucket' as const, name: bucket };
  const access = hub.access(signal);
  await uploadFiles({ ...access, repo, files: [{ path, content: new Blob([bytes]) }], abortSignal: signal });
  // The client says nothing of a file that the bucket did not take.
  const [there] = await pathsInfo({ ...access, repo, paths: [path] });
  if (there?.size !== bytes.length) throw new Error(`The bucket ${bucket} did not take the script`);
  return { ok: true };
}

/** Takes out folders whose jobs have long ended, and that no scheduled job is given. */
async function tidy(hub: Hub, namespace: string, signal: AbortSignal): Promise<void> {
  const access = hub.access(signal);
  const repo = { type: 'bucket' as const, name: jobsBucket(namespace) };
  const before = hub.clock.now().getTime() - KEPT_MS;
  const isOld = ({ uploadedAt }: { uploadedAt?: string }) => Date.parse(uploadedAt ?? '') < before;
  const old: string[] = [];
  for await (const { type, path, ...entry } of listFiles({ ...access, repo })) {
    if (type === 'directory' && path.startsWith(FOLDER_PREFIX) && isOld(entry)) old.push(path);
    if (old.length === TIDIED) break;
  }
  if (old.length === 0) return;
  const scheduled = Scheduled.parse(await listScheduledJobs({ ...access, namespace }));
  const needed = new Set(scheduled.flatMap(({ jobSpec }) => jobSpec.volumes ?? []).map(({ path }) => path));
  for (const folder of old.filter((path) => !needed.has(path))) {
    const files: string[] = [];
    let isNeeded = false;
    for await (const file of listFiles({ ...access, repo, path: folder, recursive: true })) {
      if (file.type !== 'file') continue;
      files.push(file.path);
      isNeeded ||= !isOld(file);
    }
    if (isNeeded || files.length === 0) continue;
    const operations = files.map((path) => ({ operation: 'delete' as const, path }));
    await commit({ ...access, repo, title: 'Remove scripts of ended jobs', operations, abortSignal: signal });
  }
}

/** Folders that are taken out at one time. */
const TIDIED = 20;

const Scheduled = z.array(
  z.object({
    jobSpec: z.object({ volumes: z.array(z.object({ path: z.string().nullish() })).nullish() }),
  }),
);

async function request(
  { hubUrl, accessToken, access }: Hub,
  method: string,
  bucket: string,
  signal: AbortSignal,
  body?: unknown,
): Promise<unknown> {
  const response = await access(signal).fetch(`${hubUrl}/api/buckets/${bucket}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response.json();
  await response.body?.cancel();
  throw new HubApiError(response.url, response.status);
}
