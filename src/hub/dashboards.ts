import { createRepo, HubApiError, uploadFiles } from '@huggingface/hub';
import { z } from 'zod';
import { accessTo } from './access.ts';
import type { IsOwnRepository } from './own-repositories.ts';
import { readRepoFile } from './read-file.ts';
import { unlessThere, withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/** Trackio dashboards: Spaces that draw what a training script logs while it runs. */
export type Dashboards = {
  /**
   * Makes sure that a Space exists, shows Trackio and keeps its data; whatever is there already is left as it
   * is, so it may be called any number of times. A Space with another app in it is not touched. Throws
   * HubApiError where the Hub refuses.
   */
  ensure(spaceId: string, signal: AbortSignal): Promise<{ ok: true } | { ok: false; reason: string }>;
  url(spaceId: string): string;
};

/*
 * What Trackio needs of a Space: an app that shows it, and a bucket mounted where it keeps its data, named by
 * two variables (https://huggingface.co/docs/trackio/environment_variables). Routes after huggingface_hub's
 * set_space_volumes and add_space_variable.
 */
const README = `---
title: Trackio Dashboard
emoji: 📈
colorFrom: yellow
colorTo: gray
sdk: gradio
app_file: app.py
tags:
  - trackio
---

Metrics of training jobs.
`;
const FILES = {
  'README.md': README,
  'requirements.txt': 'trackio\n',
  'app.py': 'import trackio\n\ntrackio.show()\n',
};
const SHOWS_TRACKIO = /\btrackio\.show\b/;
const MOUNT = '/data';

const SpaceState = z.object({
  private: z.boolean().nullish(),
  runtime: z.object({ volumes: z.array(z.looseObject({ mountPath: z.string() })).nullish() }).nullish(),
});

export function createDashboards(hubUrl: string, accessToken: HubToken, isOwn?: IsOwnRepository): Dashboards {
  const access = accessTo(hubUrl, accessToken, 30_000, undefined, isOwn);
  const hub: Hub = { hubUrl, accessToken, access };
  return {
    ensure: (spaceId, signal) => withRetries(() => ensure(hub, spaceId, signal), signal),
    url: (spaceId) => `${hubUrl}/spaces/${spaceId}`,
  };
}

type Hub = { hubUrl: string; accessToken: HubToken; access: ReturnType<typeof accessTo> };

async function ensure(
  hub: Hub,
  spaceId: string,
  signal: AbortSignal,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const { access } = hub;
  const repo = { type: 'space' as const, name: spaceId };
  const files = Object.entries(FILES).map(([path, content]) => ({ path, content: new Blob([content]) }));
  const isNew = await unlessThere(() =>
    createRepo({ ...access(signal), repo, sdk: 'gradio', visibility: 'private', files }),
  );
  if (!isNew) {
    const at = { kind: 'space' as const, id: spaceId, path: 'app.py' };
    const app = await readRepoFile(access(signal), at, APP_BYTES);
    if (app !== undefined && !SHOWS_TRACKIO.test(app.bytes.toString('utf8'))) {
      return {
        ok: false,
        reason: `The Space ${spaceId} holds another app. Choose another trackio_space_id.`,
      };
    }
    if (app === undefined) {
      await uploadFiles({ ...access(signal), repo, files, commitTitle: 'Show Trackio' });
    }
  }
  await ensureData(hub, spaceId, signal);
  return { ok: true };
}

/** An app of ours is some lines long. */
const APP_BYTES = 1_000_000;

/** Without a bucket a Space forgets everything when it restarts, and can't read what jobs write. */
async function ensureData(hub: Hub, spaceId: string, signal: AbortSignal): Promise<void> {
  const bucket = `${spaceId}-bucket`;
  // @huggingface/hub says `visibility`, which the Hub does not know of buckets: they would be public.
  const isNew = await unlessThere(() =>
    request(hub, 'POST', `/api/buckets/${bucket}`, { private: true }, signal),
  );
  const space = SpaceState.parse(await request(hub, 'GET', `/api/spaces/${spaceId}`, undefined, signal));
  if (!isNew && space.private) await hide(hub, bucket, signal);
  const volumes = space.runtime?.volumes ?? [];
  const isMounted = volumes.some(({ mountPath, source }) => mountPath === MOUNT && source === bucket);
  if (!isMounted) {
    const kept = volumes.filter(({ mountPath }) => mountPath !== MOUNT);
    const mounted = [...kept, { type: 'bucket', source: bucket, mountPath: MOUNT }];
    await request(hub, 'PUT', `/api/spaces/${spaceId}/volumes`, { volumes: mounted }, signal);
  }
  const known = await request(hub, 'GET', `/api/spaces/${spaceId}/variables`, undefined, signal);
  const values = z.record(z.string(), z.looseObject({ value: z.string() })).parse(known);
  const wanted = { TRACKIO_DIR: `${MOUNT}/trackio`, TRACKIO_BUCKET_ID: bucket };
  for (const [key, value] of Object.entries(wanted)) {
    if (values[key]?.value === value) continue;
    await request(hub, 'POST', `/api/spaces/${spaceId}/variables`, { key, value }, signal);
  }
}

/** Older versions made buckets of private dashboards for everybody to see. */
async function hide(hub: Hub, bucket: string, signal: AbortSignal): Promise<void> {
  const path = `/api/buckets/${bucket}`;
  const known = BucketState.parse(await request(hub, 'GET', path, undefined, signal));
  if (known.private !== false) return;
  const settings = { private: true, cdnRegions: known.cdnRegions ?? [] };
  await request(hub, 'PUT', `${path}/settings`, settings, signal);
}

const BucketState = z.object({
  private: z.boolean().nullish(),
  cdnRegions: z.array(z.unknown()).nullish(),
});

async function request(
  { hubUrl, accessToken, access }: Hub,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await access(signal).fetch(`${hubUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new HubApiError(response.url, response.status);
  return response.json();
}
