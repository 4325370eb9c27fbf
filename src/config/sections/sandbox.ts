import { z } from 'zod';
import { count, MOST_DAYS, wholeSeconds } from '../setting-types.ts';

/** Where the agent’s code runs. */
export const Sandbox = z.strictObject({
  kind: z
    .enum(['local', 'space', 'none'])
    .default('local')
    .describe(
      'Where the agent runs its code: "local" (confined with bubblewrap), "space" (a private Hugging Face Space a session), "none".',
    ),
  directory: z
    .string()
    .optional()
    .describe('local: where the workspaces of sessions live; "sandboxes" in data_dir by default.'),
  allowed_hosts: z
    .array(z.string().regex(/^(\*\.)?[a-z0-9.-]+(:\d+)?$/, 'is not "host", "*.host" or "host:port"'))
    .default([
      'pypi.org',
      'files.pythonhosted.org',
      'download.pytorch.org',
      'download-r2.pytorch.org',
      'huggingface.co',
      '*.huggingface.co',
      '*.hf.co',
    ])
    .describe(
      'local: hosts that code may reach, over HTTPS; [] is no network. Only "host:port" may name a private address.',
    ),
  commands: count
    .default(8)
    .describe('local: commands that a worker runs at once, of all sessions; others wait for their turn.'),
  memory_mb: count.default(4_096).describe('local: memory of a command, all its processes together.'),
  processes: count.default(256).describe('local: processes of a command.'),
  cpu_seconds: count.default(1_800).describe('local: processor time of one process.'),
  command_seconds: wholeSeconds
    .max(86_400)
    .default(3_600)
    .describe('The longest that one command may run while the agent waits for it.'),
  disk_mb: count.default(4_096).describe('local: size of a workspace.'),
  files: count.default(500_000).describe('local: files and folders of a workspace.'),
  namespace: z
    .string()
    .optional()
    .describe("space: user or organisation that owns the Spaces. The token's user by default."),
  idle_minutes: count
    .max(MOST_DAYS * 1_440)
    .default(30)
    .describe('space: a Space that nobody uses for so long is put to sleep.'),
});

/** Which files are taken from the chat. */
export const Attachments = z.strictObject({
  max_mb: z.coerce
    .number()
    .positive()
    .default(20)
    .describe('Largest file that is taken from the chat, in MB.'),
  per_message: count.default(10).describe('Files that are taken with one message.'),
  extensions: z
    .array(z.string())
    .default(
      'csv tsv json jsonl ndjson parquet arrow feather txt md rst log py ipynb sh sql r toml yaml yml ini cfg xml tex bib pdf zip gz bz2 xz zst tar npy npz h5 safetensors wav mp3 flac png jpg jpeg gif webp'.split(
        ' ',
      ),
    )
    .describe('Kinds of files that are taken, by the end of their names.'),
});
