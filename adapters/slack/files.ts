import type { WebClient } from '@slack/web-api';
import type { Decisions } from '../../src/approvals/decisions.ts';
import { replaceScript } from '../../src/approvals/script-files.ts';
import { type FileRules, type Received, receiveFiles } from '../../src/intake/received.ts';
import { bytesUpTo } from '../../src/lib/body.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { OfferedFile } from '../../src/session/store/incoming.ts';
import type { SharedFile } from './payloads.ts';
import { tellPrivately } from './private-answers.ts';
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

/**
 * Takes a changed script that somebody posts in the thread. Who posted it is told, in private, what did not
 * work.
 */
export function scriptReplacer(client: WebClient, decisions: Decisions, fetchFile: Download, log: Logger) {
  return async (file: SharedFile, address: ThreadAddress, by: Person): Promise<boolean> => {
    const offered = offeredBy(file, fetchFile);
    const { isMeant, problem } = await replaceScript(decisions, offered, address, by);
    if (problem !== undefined) {
      const { channel, thread } = address;
      await tellPrivately(client, { channel, thread, user: by.id }, problem, log);
    }
    return isMeant;
  };
}

const offeredBy = (file: SharedFile, fetchFile: Download): Omit<OfferedFile, 'id'> => ({
  name: file.name ?? 'file',
  download: (maxBytes, tooLarge) => download(file, fetchFile, maxBytes, tooLarge),
});

async function download(
  file: SharedFile,
  fetchFile: Download,
  maxBytes: number,
  tooLarge: string,
): Promise<Uint8Array> {
  if (file.url_private_download === undefined) throw new Error('Slack gives no way to download this file.');
  if ((file.size ?? 0) > maxBytes) throw new Error(tooLarge);
  const response = await fetchFile(file.url_private_download, maxBytes, AbortSignal.timeout(DOWNLOAD_MS));
  if (isSignIn(response)) {
    throw new Error('I could not download this file: the app needs the scope files:read.');
  }
  const bytes = await bytesUpTo(response.body, maxBytes);
  if (bytes === undefined) throw new Error(tooLarge);
  return bytes;
}

/** One file may be shared with several messages, and each has its own copy. */
export const keptId = (fileId: string, ts: string): string => `f_${fileId}_${ts}`;

/** Takes the files of a message. */
export const fileReader =
  (fetchFile: Download, rules: FileRules) =>
  (files: readonly SharedFile[], ts: string): Promise<Received> =>
    receiveFiles(
      files.map((file) => ({ id: keptId(file.id, ts), ...offeredBy(file, fetchFile) })),
      rules,
    );
