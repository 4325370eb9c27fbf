import { createRepo, uploadFile, whoAmI } from '@huggingface/hub';
import { accessTo } from './access.ts';
import { patiently, statusOf } from './patience.ts';

/** Sessions for the Hub's viewer of traces, in one private dataset of the owner. Throws HubApiError where it refuses. */
export type Traces = {
  /** Puts a session there, in the place of an earlier state of it, and says where. */
  share(sessionId: string, begun: Date, lines: string, signal: AbortSignal): Promise<string>;
};

export function createTraces(hubUrl: string, accessToken: string, dataset: string | undefined): Traces {
  const access = accessTo(hubUrl, accessToken);

  async function ownDataset(signal: AbortSignal): Promise<string> {
    const account = await whoAmI(access(signal));
    return `${account.name ?? account.id}/ml-intern-sessions`;
  }

  return {
    async share(sessionId, begun, lines, signal) {
      const name = dataset ?? (await patiently(() => ownDataset(signal), signal));
      const repo = { type: 'dataset' as const, name };
      const path = `sessions/${begun.toISOString().slice(0, 10)}/${sessionId}.jsonl`;
      await patiently(
        () =>
          createRepo({ ...access(signal), repo, visibility: 'private' }).catch((error: unknown) => {
            if (statusOf(error) !== 409) throw error; // it is there
            return undefined;
          }),
        signal,
      );
      const file = { path, content: new Blob([lines]) };
      await patiently(
        () => uploadFile({ ...access(signal), repo, file, commitTitle: `Session ${sessionId}` }),
        signal,
      );
      return `${hubUrl}/datasets/${name}/blob/main/${path}`;
    },
  };
}
