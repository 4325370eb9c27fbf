/**
 * A file in the workspace. `isShared` once its upload has been completed; `leadsTo` is where asking for it
 * redirects to.
 */
export type SlackFile = {
  id: string;
  name: string;
  bytes: Buffer;
  isShared: boolean;
  leadsTo?: string;
  /** What screen readers say of a picture. */
  alt?: string;
};

/**
 * Uploads in three steps, as https://docs.slack.dev/messaging/working-with-files describes: a URL is asked
 * for, the bytes are sent there, and the upload is completed into a channel and thread.
 */
export class Uploads {
  readonly files: SlackFile[] = [];

  begin(name: string, alt?: string): SlackFile {
    const file: SlackFile = {
      id: `F${String(this.files.length + 1).padStart(8, '0')}`,
      name,
      bytes: Buffer.alloc(0),
      isShared: false,
      ...(alt === undefined ? {} : { alt }),
    };
    this.files.push(file);
    return file;
  }

  find(id: string): SlackFile | undefined {
    return this.files.find((file) => file.id === id);
  }

  /** A file as events and history tell of it. */
  describe(file: SlackFile, baseUrl: string): Record<string, unknown> {
    return {
      id: file.id,
      name: file.name,
      title: file.name,
      size: file.bytes.length,
      ...COMMON,
      filetype: file.name.split('.').at(-1),
      url_private: `${baseUrl}/files/${file.id}`,
      url_private_download: `${baseUrl}/files/${file.id}`,
      permalink: `https://double.slack.com/files/${COMMON.user}/${file.id}/${file.name}`,
      permalink_public: `https://slack-files.com/T00000001-${file.id}-0`,
    };
  }
}

/** What is the same of every file here (https://docs.slack.dev/reference/objects/file-object). */
const COMMON = {
  created: 1_790_000_000,
  timestamp: 1_790_000_000,
  mimetype: 'text/plain',
  pretty_type: 'Plain Text',
  user: 'U0ADA',
  user_team: 'T00000001',
  editable: false,
  mode: 'hosted',
  is_external: false,
  external_type: '',
  is_public: true,
  public_url_shared: false,
  display_as_bot: false,
  username: '',
  media_display_type: 'unknown',
  is_starred: false,
  has_rich_preview: false,
  file_access: 'visible',
  channels: [],
  groups: [],
  ims: [],
  comments_count: 0,
};
