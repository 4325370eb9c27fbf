import type { Attachment, Client, ModalSubmitInteraction } from 'discord.js';
import { FILES } from '../../src/controller/forms.ts';
import type { OfferedFile } from '../../src/controller/written.ts';
import { bytesUpTo } from '../../src/lib/body.ts';
import { boundedFetch } from '../../src/lib/bounded-fetch.ts';

/** The files that a dialog was sent off with. */
export const uploadedIn = ({ fields, client }: ModalSubmitInteraction): OfferedFile[] =>
  fields.fields.has(FILES)
    ? [...(fields.getUploadedFiles(FILES)?.values() ?? [])].map((file) => offered(file, client))
    : [];

/** A file of a message or a dialog. */
export const offered = (
  { id, name, size, url }: Attachment,
  { rest }: Pick<Client, 'rest'>,
): OfferedFile => ({
  id: `f_${id}`,
  name,
  async download(maxBytes, tooLarge) {
    if (size > maxBytes) throw new Error(tooLarge);
    if (!isDiscords(new URL(url), new URL(rest.options.api))) {
      throw new Error('I can’t take this file, because it is not kept at Discord. Upload it here instead.');
    }
    const send = boundedFetch({ bytes: maxBytes + 1_000_000, values: Infinity }); // more is refused below
    const response = await send(url, { signal: AbortSignal.timeout(DOWNLOAD_MS), redirect: 'error' });
    if (!response.ok) throw new Error(`I could not download this file (status ${response.status}).`);
    const bytes = await bytesUpTo(response.body, maxBytes);
    if (bytes === undefined) throw new Error(tooLarge);
    return bytes;
  },
});

/** https://docs.discord.com/developers/reference#image-formatting; or where Discord is said to be at all. */
const isDiscords = ({ protocol, hostname, origin }: URL, api: URL): boolean =>
  origin === api.origin ||
  (protocol === 'https:' && ['cdn.discordapp.com', 'media.discordapp.net'].includes(hostname));

const DOWNLOAD_MS = 20_000;
