/** A file in the workspace. `isShared` once its upload has been completed. */
export type SlackFile = { id: string; name: string; bytes: Buffer; isShared: boolean };

/**
 * Uploads in three steps, as https://docs.slack.dev/messaging/working-with-files describes: a URL is asked
 * for, the bytes are sent there, and the upload is completed into a channel and thread.
 */
export class Uploads {
  readonly files: SlackFile[] = [];

  begin(name: string): SlackFile {
    const file = {
      id: `F${String(this.files.length + 1).padStart(8, '0')}`,
      name,
      bytes: Buffer.alloc(0),
      isShared: false,
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
      url_private_download: `${baseUrl}/files/${file.id}`,
    };
  }
}
