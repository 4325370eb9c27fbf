/**
 * What @huggingface/hub's calls are made with: each of their requests ends with `signal`, or after `timeoutMs` by itself.
 */
export const accessTo =
  (hubUrl: string, accessToken: string, timeoutMs = 60_000) =>
  (signal: AbortSignal) => ({
    hubUrl,
    accessToken,
    fetch: ((input: string | URL | Request, init?: RequestInit) =>
      fetch(input, {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })) satisfies typeof fetch,
  });
