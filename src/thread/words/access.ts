/* What people are told of who may what, and of accounts. */

/** Why somebody may not use the bot in a channel. */
export type Barred =
  | 'denied'
  | 'not_here'
  /** Only some people may use it there. */
  | 'not_named'
  | 'guest'
  | 'stranger';

export const BARRED: Readonly<Record<Barred, string>> = {
  denied: 'You may not use me here. Whoever runs me can change that.',
  not_here: 'I may not be used in this channel. Whoever runs me can change that.',
  not_named: 'In this channel only some people may use me, and you are not among them.',
  guest: 'Guests may not use me here. Ask a member of this workspace.',
  stranger: 'I only work for people of this workspace, not for those who share a channel with it.',
};

export const NO_TOKEN =
  'That is no Hugging Face token: they begin with hf_. Make one at https://huggingface.co/settings/tokens.';

export const TOKEN_NOT_TAKEN =
  'Hugging Face did not take this token. Check that it is whole and has not been deleted.';

/** Why an account can't be changed or forgotten yet. */
export function jobsStillRun(count: number): string {
  const jobs = count === 1 ? 'A job still runs' : `${count} jobs still run`;
  return `${jobs} under this account: cancel them, or wait for their end.`;
}

export const NO_ACCOUNT =
  'I have no Hugging Face account to work with here. Ask me elsewhere, or whoever runs me to change that.';
