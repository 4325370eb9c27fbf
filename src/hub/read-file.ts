import { HubApiError } from '@huggingface/hub';
import { z } from 'zod';
import type { accessTo } from './access.ts';
import type { RepoKind } from './paths.ts';
import { fileUrl } from './paths.ts';

/** A file of a repository that was asked for: at most as many bytes as wanted, and its whole size. */
export type FileRead = { bytes: Buffer; size: number };

/** A file of a repository; `from` is the first byte that is wanted, the first of all by default. */
export type FilePlace = {
  kind: RepoKind;
  id: string;
  revision?: string | undefined;
  path: string;
  from?: number | undefined;
};

/**
 * The bytes of a file from `from` on, never more than `maxBytes`; undefined where the repository has none of
 * that name. `downloadFile` of @huggingface/hub encodes no path, and takes an empty file for an error. Throws
 * HubApiError where the Hub refuses.
 */
export async function readRepoFile(
  access: ReturnType<ReturnType<typeof accessTo>>,
  at: FilePlace,
  maxBytes: number,
): Promise<FileRead | undefined> {
  const { from = 0 } = at;
  const response = await access.fetch(fileUrl(access.hubUrl, 'resolve', at), {
    headers: {
      authorization: `Bearer ${access.accessToken}`,
      range: `bytes=${from}-${from + maxBytes - 1}`,
      'accept-encoding': 'identity', // a range of what is packed is no range of the file
    },
  });
  const [, total] = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  // Of nothing there is no range, so that is how an empty file is told.
  if (response.status === 416) {
    await response.body?.cancel();
    return { bytes: Buffer.alloc(0), size: Number(total ?? 0) };
  }
  if (response.status === 404 && response.headers.get('x-error-code') === 'EntryNotFound') {
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok) throw await refusalOf(response);
  if (from > 0 && response.status !== 206) {
    await response.body?.cancel();
    throw new Error(`${at.path} is sent as a whole only`);
  }
  const bytes = await firstBytes(response, maxBytes);
  return { bytes, size: Number(total ?? response.headers.get('content-length') ?? bytes.length) };
}

/** The Hub's refusal, in its own words. */
export async function refusalOf(response: Response): Promise<HubApiError> {
  const { status, url, headers } = response;
  const said = z.object({ error: z.string() }).safeParse(await response.json().catch(() => undefined)).data;
  const message = said?.error ?? headers.get('x-error-message') ?? `status ${status}`;
  const error = new HubApiError(url, status, headers.get('x-request-id') ?? undefined, message);
  error.data = { error: message, code: headers.get('x-error-code') };
  return error;
}

async function firstBytes({ body }: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= maxBytes) break; // one that takes no range sends all of it
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}
