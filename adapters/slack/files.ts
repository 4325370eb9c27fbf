import type { WebClient } from '@slack/web-api';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { Decisions, OpenCall } from '../../src/session/decisions.ts';
import { type FileRules, type OfferedFile, type Received, receiveFiles } from '../../src/session/received.ts';
import { replaceScript, scriptName, WHOLE_SCRIPT } from '../../src/session/script-files.ts';
import type { SharedFile } from './payloads.ts';

const DOWNLOAD_MS = 20_000;

/** Posts the whole of a script that is too long for a dialog. */
export async function shareScript(
  client: WebClient,
  { channel, thread }: ThreadAddress,
  call: OpenCall,
  text: string,
): Promise<void> {
  const filename = scriptName(call);
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: thread,
    filename,
    title: filename,
    content: text,
    initial_comment: WHOLE_SCRIPT,
  });
}

/** Takes a changed script that somebody posts in the thread. Who posted it is told, in private, what did not work. */
export function scriptReplacer(client: WebClient, decisions: Decisions, botToken: string) {
  return async (file: SharedFile, address: ThreadAddress, by: Person): Promise<boolean> => {
    const offered = offeredBy(file, botToken);
    const { isMeant, problem } = await replaceScript(decisions, offered, address, by);
    if (problem !== undefined) {
      const { channel, thread } = address;
      await client.chat.postEphemeral({ channel, thread_ts: thread, user: by.id, text: problem });
    }
    return isMeant;
  };
}

const offeredBy = (file: SharedFile, botToken: string): Omit<OfferedFile, 'id'> => ({
  name: file.name ?? 'file',
  download: (maxBytes, tooLarge) => download(file, botToken, maxBytes, tooLarge),
});

async function download(
  file: SharedFile,
  botToken: string,
  maxBytes: number,
  tooLarge: string,
): Promise<Uint8Array> {
  if (file.url_private_download === undefined) throw new Error('Slack gives no way to download this file.');
  if ((file.size ?? 0) > maxBytes) throw new Error(tooLarge);
  const response = await fetch(file.url_private_download, {
    headers: { authorization: `Bearer ${botToken}` },
    signal: AbortSignal.timeout(DOWNLOAD_MS),
  });
  // Without the scope files:read Slack answers with a page to sign in.
  const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  if (!response.ok || isPage) {
    throw new Error('I could not download this file: the app needs the scope files:read.');
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > maxBytes) throw new Error(tooLarge);
  return bytes;
}

/** Takes the files of a message. */
export const fileReader =
  (botToken: string, rules: FileRules) =>
  (files: readonly SharedFile[], ts: string): Promise<Received> =>
    receiveFiles(
      files.map((file) => ({ id: `f_${file.id}_${ts}`, ...offeredBy(file, botToken) })),
      rules,
    );
