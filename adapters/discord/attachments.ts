import type { Attachment, ModalSubmitInteraction } from 'discord.js';
import type { OfferedFile } from '../../src/session/received.ts';
import { FILES } from './modals.ts';

/** The files that a dialog was sent off with. */
export const uploadedIn = ({ fields }: ModalSubmitInteraction): OfferedFile[] =>
  fields.fields.has(FILES) ? [...(fields.getUploadedFiles(FILES)?.values() ?? [])].map(offered) : [];

/** A file of a message or a dialog. */
export const offered = ({ id, name, size, url }: Attachment): OfferedFile => ({
  id: `f_${id}`,
  name,
  download: (maxBytes, tooLarge) => download({ size, url }, maxBytes, tooLarge),
});

async function download(
  { size, url }: Pick<Attachment, 'size' | 'url'>,
  maxBytes: number,
  tooLarge: string,
): Promise<Uint8Array> {
  if (size > maxBytes) throw new Error(tooLarge);
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
  if (!response.ok) throw new Error(`I could not download this file (status ${response.status}).`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > maxBytes) throw new Error(tooLarge);
  return bytes;
}

const DOWNLOAD_MS = 20_000;
