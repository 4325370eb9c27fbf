import { type APIMessageTopLevelComponent, ComponentType, type GuildPremiumTier } from 'discord.js';
import { cut } from '../../src/lib/cut.ts';
import type { Payload, Upload } from '../../src/thread/delivery/outgoing.ts';
import { bodyOf } from './components.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { STYLE } from './style.ts';

const MB = 1024 * 1024;

/** The largest file, in bytes, that a server takes; a direct message takes what an unboosted one does. */
export const fileLimit = (tier: GuildPremiumTier | undefined): number =>
  DISCORD_LIMITS.fileMb[tier ?? 0] * MB;

const PICTURE = /\.(?:png|jpe?g|gif|webp)$/i;

/** A message of a file: a picture is shown as one, any other is there to be downloaded. */
export function uploadMessage({ file, text, alt, calling }: Upload): Payload {
  const description = cut(alt ?? unescaped(text), DISCORD_LIMITS.mediaDescription);
  if (calling !== undefined) {
    const attachments = [{ id: '0', filename: attachmentName(file.name), description }];
    return { ...calling.without, attachments };
  }
  const media = { url: `attachment://${attachmentName(file.name)}` };
  const shown: APIMessageTopLevelComponent = PICTURE.test(file.name)
    ? {
        type: ComponentType.MediaGallery,
        items: [{ media, description }],
      }
    : { type: ComponentType.File, file: media };
  return bodyOf([{ type: ComponentType.TextDisplay, content: text.trim() || STYLE.plain(file.name) }, shown]);
}

/** In place of a file that the server does not take. */
export function tooLargeMessage({ file, text }: Upload, bytes: number, limit: number): Payload {
  const size = Math.ceil(bytes / MB);
  const note = `-# ${STYLE.plain(file.name)} is ${size} MB, and this server takes files of at most ${limit / MB} MB. Ask me to push it to a private dataset on the Hub instead.`;
  return bodyOf([
    { type: ComponentType.TextDisplay, content: [text.trim(), note].filter(Boolean).join('\n') },
  ]);
}

/** Discord finds a file by its name only where that has no blanks or signs. */
export const attachmentName = (name: string): string => name.replace(/[^\w.-]+/g, '_');

/** Text that was written for Discord's markdown, as it is read out. */
const unescaped = (text: string): string => text.replace(/\\([^0-9A-Za-z\s])/g, '$1');
