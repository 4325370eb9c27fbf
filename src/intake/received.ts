import { messageOf } from '../lib/errors.ts';
import { fileKind } from '../lib/file-kinds.ts';
import type { NewFile } from '../session/store/files.ts';
import { imageType, pictureType } from '../session/store/images.ts';
import type { OfferedFile } from '../session/store/incoming.ts';
import {
  fileTooLarge,
  pictureNotSeen,
  pictureTooLarge,
  tooManyFiles,
  wrongKindOfFile,
} from '../thread/words/intake.ts';

/** What files are taken from the chat. */
export type FileRules = { max_mb: number; per_message: number; extensions: readonly string[] };

/**
 * Files that came with a message: pictures for models that see, all of them for the sandbox, and what was not
 * taken (`missing`, by their ids), and why, in words for who sent it.
 */
export type Received = {
  images: NewFile[];
  attachments: NewFile[];
  problems: string[];
  missing: string[];
};

/** Larger pictures would fill a model's window. */
const IMAGE_BYTES = 3_000_000;
const IMAGES = 4;

/** What somebody has said with files, or with what is shown besides, and without a word. */
export const wordsOf = (said: string, hasMore: boolean): string =>
  said === '' && hasMore ? 'Look at this.' : said;

/**
 * A file that the agent finds in its sandbox is kept under this id; a picture that models see a second time,
 * under its own.
 */
export const attachmentId = (fileId: string): string => `${fileId}_a`;
export const pictureId = (attachment: string): string => attachment.replace(/_a$/, '');

/** Takes the files of a message. What can't be had is done without, and named. */
export async function receiveFiles(offered: readonly OfferedFile[], rules: FileRules): Promise<Received> {
  const received: Received = { images: [], attachments: [], problems: [], missing: [] };
  const there = offered.filter(({ unavailable }) => unavailable === undefined);
  for (const [i, { id, name, download }] of there.entries()) {
    const refusal = refusalOf(name, i, rules);
    if (refusal !== undefined) {
      received.problems.push(refusal);
      received.missing.push(id);
      continue;
    }
    const tooLarge = fileTooLarge(name, rules.max_mb);
    await download(rules.max_mb * 1e6, tooLarge).then(
      (bytes) => take(received, { id, name, bytes }),
      (error: unknown) => {
        received.problems.push(messageOf(error));
        received.missing.push(id);
      },
    );
  }
  for (const { id, unavailable } of offered) {
    if (unavailable === undefined) continue;
    received.problems.push(unavailable);
    received.missing.push(id);
  }
  return received;
}

function take(received: Received, file: NewFile): void {
  const { name, bytes } = file;
  const kind = fileKind(bytes);
  if (pictureType(bytes) !== undefined) {
    if (bytes.length > IMAGE_BYTES) received.problems.push(pictureTooLarge(name, IMAGE_BYTES / 1e6));
    else if (received.images.length < IMAGES) received.images.push(file);
  } else if (kind?.form === 'picture' || imageType(name) !== undefined) {
    // It may be called as another kind of picture, or be none at all.
    received.problems.push(pictureNotSeen(name, kind));
  }
  received.attachments.push({ ...file, id: attachmentId(file.id) });
}

function refusalOf(name: string, index: number, { per_message, extensions }: FileRules): string | undefined {
  if (index >= per_message) return tooManyFiles(name, per_message);
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : '';
  if (extensions.includes(extension)) return undefined;
  return wrongKindOfFile(name, extensions);
}
