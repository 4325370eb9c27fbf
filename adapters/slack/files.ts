import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { OfferedFile } from '../../src/controller/written.ts';
import { bytesUpTo } from '../../src/lib/body.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { SharedFile } from './payloads.ts';
import { type Download, isSignIn } from './workspaces.ts';

const DOWNLOAD_MS = 20_000;

/** Posts a text as a file in a thread, with what there is to say about it. */
export async function shareFile(
  client: WebClient,
  { channel, thread }: ThreadAddress,
  { name, text, comment }: { name: string; text: string; comment: string },
): Promise<void> {
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: thread,
    filename: name,
    title: name,
    content: text,
    initial_comment: comment,
  });
}

/** A file as intake takes it; one of another workspace may not be had. `ts` is that of its message. */
export const offeredIn = (ts: string, file: SharedFile, fetchFile: Download): OfferedFile => ({
  id: keptId(file.id, ts),
  name: file.name ?? file.title ?? 'file',
  unavailable: isThere(file) ? undefined : FOREIGN,
  download: (maxBytes, tooLarge) => download(file, fetchFile, maxBytes, tooLarge),
});

const FOREIGN = 'I can’t read a file that belongs to another workspace. Upload it here instead.';

async function download(
  file: SharedFile,
  fetchFile: Download,
  maxBytes: number,
  tooLarge: string,
): Promise<Uint8Array> {
  const url = file.url_private_download ?? file.url_private;
  if (url === undefined) throw new Error('Slack gives no way to download this file.');
  if ((file.size ?? 0) > maxBytes) throw new Error(tooLarge);
  const response = await fetchFile(url, maxBytes, AbortSignal.timeout(DOWNLOAD_MS));
  if (isSignIn(response)) {
    throw new Error('I could not download this file: the app needs the scope files:read.');
  }
  const bytes = await bytesUpTo(response.body, maxBytes);
  if (bytes === undefined) throw new Error(tooLarge);
  return bytes;
}

/** One file may be shared with several messages, and each has its own copy. */
export const keptId = (fileId: string, ts: string): string => `f_${fileId}_${ts}`;

const FileInfo = z.object({ file: SharedFile });

/**
 * Asks for files of which Slack tells the id alone: those of another workspace
 * (https://docs.slack.dev/apis/slack-connect), once and when they are wanted. What can't be had stays as it
 * is.
 */
export const wholeFiles =
  (client: WebClient) =>
  (files: readonly SharedFile[]): (() => Promise<SharedFile[]>) => {
    let asked: Promise<SharedFile[]> | undefined;
    return () => (asked ??= Promise.all(files.map((file) => wholeFile(client, file))));
  };

async function wholeFile(client: WebClient, file: SharedFile): Promise<SharedFile> {
  if (isThere(file)) return file;
  const answer = await client.apiCall('files.info', { file: file.id }).catch(() => undefined);
  const found = FileInfo.safeParse(answer).data?.file;
  return found === undefined ? file : { ...found, id: file.id, file_access: found.file_access ?? 'visible' };
}

type WithFiles = { files?: unknown[] | null | undefined; attachments?: unknown[] | null | undefined };

/** Files of one message that are asked for. */
const ASKED = 10;

/** A message with what Slack tells of its files, and of those that are shared with it, when it is asked. */
export async function withWholeFiles<Message extends WithFiles>(
  client: WebClient,
  message: Message,
): Promise<Message> {
  let left = ASKED;
  const whole = (given: unknown) => {
    const file = SharedFile.safeParse(given).data;
    const isAsked = file !== undefined && !isThere(file) && left-- > 0;
    return isAsked ? wholeFile(client, file) : given;
  };
  const { files, attachments } = message;
  const asked = await Promise.all((files ?? []).map(whole));
  const shared = await Promise.all(
    (attachments ?? []).map(async (given) => {
      const attachment = Shared.safeParse(given).data;
      if (attachment === undefined) return given;
      return { ...attachment, files: await Promise.all(attachment.files.map(whole)) };
    }),
  );
  return { ...message, ...(files ? { files: asked } : {}), ...(attachments ? { attachments: shared } : {}) };
}

const Shared = z.looseObject({ files: z.array(z.unknown()) });

const isThere = ({ file_access: access }: SharedFile): boolean =>
  access === undefined || access === 'visible';
