import { createRepo, datasetInfo, uploadFile } from '@huggingface/hub';
import { accessTo, accountName } from './access.ts';
import { SESSIONS_DATASET } from './own-repositories.ts';
import { fileUrl } from './paths.ts';
import { unlessThere, withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/**
 * Sessions for the Hub's viewer of traces, in one private dataset of the owner. Throws where the Hub refuses,
 * or others could read it.
 */
export type Traces = {
  /** Puts a session there, in the place of an earlier state of it, and says where. */
  share(sessionId: string, begun: Date, lines: string, signal: AbortSignal): Promise<string>;
};

export function createTraces(hubUrl: string, accessToken: HubToken, dataset: string | undefined): Traces {
  const access = accessTo(hubUrl, accessToken);

  const ownDataset = async (signal: AbortSignal): Promise<string> =>
    `${await accountName(access(signal))}/${SESSIONS_DATASET}`;

  return {
    async share(sessionId, begun, lines, signal) {
      const name = dataset ?? (await withRetries(() => ownDataset(signal), signal));
      const repo = { type: 'dataset' as const, name };
      const path = `sessions/${begun.toISOString().slice(0, 10)}/${sessionId}.jsonl`;
      await withRetries(
        () => unlessThere(() => createRepo({ ...access(signal), repo, visibility: 'private' })),
        signal,
      );
      const { private: isPrivate } = await withRetries(
        () => datasetInfo({ ...access(signal), name }),
        signal,
      );
      if (!isPrivate)
        throw new Error(`the dataset ${name} is public, and sessions are shared in private ones only`);
      const file = { path, content: new Blob([lines]) };
      await withRetries(
        () => uploadFile({ ...access(signal), repo, file, commitTitle: `Session ${sessionId}` }),
        signal,
      );
      return fileUrl(hubUrl, 'blob', { kind: 'dataset', id: name, path });
    },
  };
}
