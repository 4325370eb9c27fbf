import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { Subject } from '../../src/controller/forms.ts';
import type { OfferedFile } from '../../src/controller/written.ts';
import { bytesUpTo } from '../../src/lib/body.ts';
import { parsedJson } from '../../src/lib/json.ts';

/** What a page names a thread or a message of its own by; the bot's have the same form. */
export const Id = z.string().regex(/^[\w-]{8,80}$/);

const File = z.object({ name: z.string().min(1).max(300), base64: z.base64() });
const TimeZone = z.string().max(100).optional();

/** Every request has an id, by which what is sent again is known. */
const Sent = { id: Id, timeZone: TimeZone };

export const Say = z.object({
  ...Sent,
  thread: Id,
  text: z.string().max(200_000),
  files: z.array(File).max(50).default([]),
});
export type Say = z.infer<typeof Say>;

export const Click = z.object({
  ...Sent,
  thread: Id.optional(),
  name: z.string().max(100),
  values: z.array(z.string().max(5_000)).max(50),
  chosen: z.string().max(5_000).optional(),
  /** Whether it stands in what only one person sees. */
  isFromList: z.boolean().default(false),
});

export const Submission = z.object({
  ...Sent,
  thread: Id.optional(),
  subject: Subject,
  values: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  files: z.array(File).max(10).default([]),
});

export const Command = z.object({ ...Sent, thread: Id.optional(), text: z.string().max(10_000) });

export const Watching = z.object({
  thread: Id.optional(),
  after: z.coerce.number().int().nonnegative().catch(0),
});

/** A session of another platform, and a file that its thread shows. */
export const OfSession = z.object({ session: z.string().regex(/^[\w-]{1,80}$/) });
export const FileOfSession = OfSession.extend({ file: z.string().max(300) });

export const Named = z.object({ message: Id });

/** Files of a request as every platform offers them. */
export const offered = (files: readonly z.infer<typeof File>[], of: string): OfferedFile[] =>
  files.map(({ name, base64 }, i) => ({
    id: `${of}-${i}`,
    name,
    async download(maxBytes, tooLarge) {
      const bytes = Buffer.from(base64, 'base64');
      if (bytes.length > maxBytes) throw new Error(tooLarge);
      return bytes;
    },
  }));

/** What a request asks for; undefined where it is too large or nothing that is known. */
export async function readRequest<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
  maxBytes: number,
): Promise<z.infer<Schema> | undefined> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return undefined;
  const bytes = await bytesUpTo(request, maxBytes, MOST_VALUES);
  const parsed = bytes && schema.safeParse(parsedJson(bytes.toString('utf8')));
  return parsed?.success ? parsed.data : undefined;
}

const MOST_VALUES = 2_000;
