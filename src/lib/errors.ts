/**
 * What a thrown value says, whatever was thrown. Of several errors in one (Node's, where every address of a
 * host was tried) what each says; never nothing, and never `[object Object]`.
 */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(messageOf))].join('; ') || error.name;
  if (error instanceof Error) return error.message || error.name;
  if (error === null || typeof error !== 'object') return String(error);
  if ('message' in error && typeof error.message === 'string') return error.message;
  try {
    return JSON.stringify(error) ?? 'an unknown error';
  } catch {
    return 'an unknown error'; // something that refers to itself
  }
}
