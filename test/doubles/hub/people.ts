import { createHash } from 'node:crypto';

/** An id as the Hub gives them: 24 hexadecimal digits, the same for the same name. */
export const idOf = (name: string): string => createHash('sha1').update(name).digest('hex').slice(0, 24);

export const avatarOf = (name: string): string => `https://huggingface.co/avatars/${idOf(name)}.svg`;

/** Somebody as lists, papers and discussions tell of them. */
export const personOf = (name: string) => ({
  _id: idOf(name),
  avatarUrl: avatarOf(name),
  fullname: name,
  name,
  isHf: false,
  isHfAdmin: false,
  isMod: false,
  type: 'user',
  isPro: false,
});

/** Whom a job or a schedule is of. */
export const ownerOf = (name: string) => ({
  id: idOf(name),
  name,
  type: 'user',
  avatarUrl: avatarOf(name),
});
