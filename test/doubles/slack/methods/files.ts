import { z } from 'zod';
import { onPhone } from '../phone.ts';
import { refusalOf } from '../rules.ts';
import { BOT, mentioned } from '../workspace.ts';
import type { Methods } from './method.ts';

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal. */
const ALT_CHARACTERS = 1_000;

const Sections = z.array(z.object({ text: z.object({ text: z.string() }).optional() }));

/** What Slack makes a notification of where a message has blocks alone. */
const textIn = (blocks: unknown): string =>
  (Sections.safeParse(typeof blocks === 'string' ? JSON.parse(blocks) : blocks).data ?? [])
    .flatMap(({ text }) => text?.text ?? [])
    .join(' ');

/** An upload's first and last step, and taking a file away; in between its bytes are sent to a URL. */
export const files: Methods = {
  'files.getUploadURLExternal'({ uploads, url }, { filename, length, alt_txt: alt, ...others }) {
    if (filename === undefined || !(Number(length) > 0)) return { ok: false, error: 'missing_argument' };
    const [unknown] = Object.keys(others).filter((name) => !['token', 'snippet_type'].includes(name));
    if (unknown !== undefined)
      throw new Error(`Slack has no argument ${unknown} of files.getUploadURLExternal`);
    if (String(alt ?? '').length > ALT_CHARACTERS) return { ok: false, error: 'alt_txt_too_large' };
    const { id } = uploads.begin(String(filename), alt === undefined ? undefined : String(alt));
    return { ok: true, upload_url: `${url}/upload/${id}`, file_id: id };
  },

  'files.completeUploadExternal'({ uploads, workspace, pushes, url }, args) {
    const wanted = args.files as { id: string; title?: string }[];
    const files = wanted.map(({ id }) => uploads.find(id)).filter((file) => file !== undefined);
    if (files.length !== wanted.length) return { ok: false, error: 'file_not_found' };
    // https://docs.slack.dev/reference/methods/files.completeUploadExternal: a comment leaves blocks out.
    const comment = args.initial_comment === undefined ? undefined : String(args.initial_comment);
    const blocks = comment === undefined ? args.blocks : undefined;
    const text = comment ?? textIn(blocks);
    const refusal = blocks === undefined ? undefined : refusalOf(text, blocks);
    if (refusal) return { ok: false, error: refusal };
    for (const file of files) file.isShared = true;
    const message = workspace.add({
      channel: String(args.channel_id),
      thread_ts: args.thread_ts === undefined ? undefined : String(args.thread_ts),
      user: BOT.user_id,
      bot_id: BOT.bot_id,
      text,
      blocks,
      files: files.map((file) => uploads.describe(file, url)),
      metadata: undefined,
    });
    for (const to of mentioned(message))
      pushes.push({ to, channel: message.channel, text: onPhone(message.text) });
    return { ok: true, files: files.map(({ id, name }) => ({ id, title: name })) };
  },

  'files.info'({ uploads, url }, { file: id }) {
    const file = uploads.find(String(id));
    return file ? { ok: true, file: uploads.describe(file, url) } : { ok: false, error: 'file_not_found' };
  },

  'files.delete'({ uploads, workspace }, { file: id }) {
    const file = uploads.find(String(id));
    if (file === undefined) return { ok: false, error: 'file_not_found' };
    file.isShared = false;
    const message = workspace.withFile(file.id);
    if (message) workspace.delete(message);
    return { ok: true };
  },
};
