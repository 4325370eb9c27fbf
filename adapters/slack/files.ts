import type { WebClient } from '@slack/web-api';
import { messageOf } from '../../src/ops/errors.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { Decisions, OpenCall } from '../../src/session/decisions.ts';
import type { NewFile } from '../../src/session/files.ts';
import { imageType } from '../../src/session/images.ts';
import type { SharedFile } from './payloads.ts';

/** Larger files are no scripts. */
const MAX_BYTES = 200_000;
const DOWNLOAD_MS = 20_000;

const EXTENSIONS: Readonly<Record<string, string>> = { python: 'py', sh: 'sh' };

/** The name by which a script that was posted is known again when somebody posts it changed. */
const fileName = ({ toolCallId, editable }: OpenCall): string =>
  `script-${toolCallId}.${EXTENSIONS[editable?.language ?? ''] ?? 'txt'}`;

/** Posts the whole of a script that is too long for a dialog. */
export async function shareScript(
  client: WebClient,
  { channel, thread }: ThreadAddress,
  call: OpenCall,
  text: string,
): Promise<void> {
  const filename = fileName(call);
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: thread,
    filename,
    title: filename,
    content: text,
    initial_comment:
      'This is the whole script. To change it, post the changed file here: it takes the place of this one, and you approve on the card afterwards.',
  });
}

/** The open call whose script a shared file is meant to replace; undefined where it is no script or not clear whose. */
function callFor(file: SharedFile, open: readonly OpenCall[]): OpenCall | undefined {
  const editable = open.filter((call) => call.editable !== undefined);
  const name = file.name ?? '';
  const named = editable.find((call) => name.includes(call.toolCallId));
  if (named !== undefined) return named;
  const fitting = editable.filter((call) => name.endsWith(`.${EXTENSIONS[call.editable?.language ?? '']}`));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Takes a changed script that somebody posts in the thread. Who posted it is told, in private, what did not work. */
export function scriptReplacer(client: WebClient, decisions: Decisions, botToken: string) {
  return async (file: SharedFile, address: ThreadAddress, by: Person): Promise<boolean> => {
    const call = callFor(file, await decisions.openIn(address));
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
  const bytes = await download(file, botToken, MAX_BYTES, tooLarge);
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

/** Larger pictures would fill a model's window. */
const IMAGE_BYTES = 3_000_000;
const IMAGES = 4;

export type FileRules = { max_mb: number; per_message: number; extensions: readonly string[] };

/** Files that came with a message: pictures for models that see, all of them for the sandbox, and what was not taken. */
export type Received = { images: NewFile[]; attachments: NewFile[]; problems: string[] };

/** Takes the files of a message. What can't be had is done without, and named. */
export function fileReader(botToken: string, rules: FileRules) {
  return async (files: readonly SharedFile[], ts: string): Promise<Received> => {
    const received: Received = { images: [], attachments: [], problems: [] };
    for (const [i, file] of files.entries()) {
      const name = file.name ?? 'file';
      const refusal = refusalOf(name, i, rules);
      if (refusal !== undefined) {
        received.problems.push(refusal);
        continue;
      }
      const tooLarge = `${name} is larger than ${rules.max_mb} MB, so I did not take it. Put it into a Hub repository or dataset, and give me the link.`;
      await download(file, botToken, rules.max_mb * 1e6, tooLarge).then(
        (bytes) => take(received, { id: `f_${file.id}_${ts}`, name, bytes }),
        (error: unknown) => received.problems.push(messageOf(error)),
      );
    }
    return received;
  };
}

function take(received: Received, file: NewFile): void {
  const isPicture = imageType(file.name) !== undefined;
  const isLarge = file.bytes.length > IMAGE_BYTES;
  if (isPicture && isLarge) {
    received.problems.push(
      `${file.name} is larger than ${IMAGE_BYTES / 1e6} MB, so I did not look at it; programs in my sandbox can.`,
    );
  } else if (isPicture && received.images.length < IMAGES) received.images.push(file);
  received.attachments.push({ ...file, id: `${file.id}_a` });
}

function refusalOf(name: string, index: number, { per_message, extensions }: FileRules): string | undefined {
  if (index >= per_message) return `I take ${per_message} files with a message, so I did not take ${name}.`;
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : '';
  if (extensions.includes(extension)) return undefined;
  return `I do not take files like ${name}. What I take: ${extensions.join(', ')}.`;
}
