/* What people are told of who may what, and of accounts. */

export const NO_TOKEN =
  'That is no Hugging Face token: they begin with hf_. Make one at https://huggingface.co/settings/tokens.';

export const TOKEN_NOT_TAKEN =
  'Hugging Face did not take this token. Check that it is whole and has not been deleted.';

/** Why an account can't be changed or forgotten yet. */
export function jobsStillRun(count: number): string {
  const jobs = count === 1 ? 'A job still runs' : `${count} jobs still run`;
  return `${jobs} under this account: cancel them, or wait for their end.`;
}
