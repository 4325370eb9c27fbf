import type { WebClient } from '@slack/web-api';
import { messageOf } from '../../src/ops/errors.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { Decisions, OpenCall } from '../../src/session/decisions.ts';
import { type FileRules, type Received, receiveFiles } from '../../src/session/received.ts';
import { callFor, SCRIPT_BYTES, scriptName, WHOLE_SCRIPT } from '../../src/session/script-files.ts';
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
    const call = callFor(file.name ?? '', await decisions.openIn(address));
    if (call?.editable === undefined) return false;
    const { toolCallId, editable } = call;
    const problem = await textOfFile(file, botToken).then(
      async (text) => {
        const result = await decisions.edit({ toolCallId, changes: { [editable.argument]: text }, by });
        return result.ok ? undefined : result.reason;
      },
      (error: unknown) => messageOf(error),
    );
    if (problem !== undefined) {
      const { channel, thread } = address;
      await client.chat.postEphemeral({ channel, thread_ts: thread, user: by.id, text: problem });
    }
    return true;
  };
}

/** A shared file's text. Throws an Error whose message tells what to do where it can't be had. */
async function textOfFile(file: SharedFile, botToken: string): Promise<string> {
  const tooLarge = 'This file is too large to be a script (200 kB at most).';
  const bytes = await download(file, botToken, SCRIPT_BYTES, tooLarge);
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

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
      files.map((file) => ({
        id: `f_${file.id}_${ts}`,
        name: file.name ?? 'file',
        download: (maxBytes, tooLarge) => download(file, botToken, maxBytes, tooLarge),
      })),
      rules,
    );
