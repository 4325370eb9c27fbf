import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Decisions } from '../../src/approvals/decisions.ts';
import { replaceScript } from '../../src/approvals/script-files.ts';
import { type FileRules, type Received, receiveFiles } from '../../src/intake/received.ts';
import { bytesUpTo } from '../../src/lib/body.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { OfferedFile } from '../../src/session/store/incoming.ts';
import { SharedFile } from './payloads.ts';
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
  name: file.name ?? file.title ?? 'file',
  download: (maxBytes, tooLarge) => download(file, fetchFile, maxBytes, tooLarge),
});

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
 * (https://docs.slack.dev/apis/slack-connect). What can't be had stays as it is.
 */
export const wholeFiles =
  (client: WebClient) =>
  (files: readonly SharedFile[]): Promise<SharedFile[]> =>
    Promise.all(
      files.map(async (file) => {
        if (isThere(file)) return file;
        const answer = await client.apiCall('files.info', { file: file.id }).catch(() => undefined);
        const found = FileInfo.safeParse(answer).data?.file;
        return found === undefined
          ? file
          : { ...found, id: file.id, file_access: found.file_access ?? 'visible' };
      }),
    );

const isThere = ({ file_access: access }: SharedFile): boolean =>
  access === undefined || access === 'visible';

/** Takes the files of a message. */
export const fileReader =
  (fetchFile: Download, rules: FileRules) =>
  async (files: readonly SharedFile[], ts: string): Promise<Received & { unread: SharedFile[] }> => {
    const idOf = ({ id }: SharedFile) => keptId(id, ts);
    const there = files.filter(isThere);
    const received = await receiveFiles(
      there.map((file) => ({ id: idOf(file), ...offeredBy(file, fetchFile) })),
      rules,
    );
    const away = files.filter((file) => !isThere(file));
    const problems = [...received.problems, ...away.map(() => FOREIGN)];
    const unread = [...there.filter((file) => received.missing.includes(idOf(file))), ...away];
    return { ...received, problems, unread };
  };

const FOREIGN = 'I can’t read a file that belongs to another workspace. Upload it here instead.';
