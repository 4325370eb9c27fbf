import { avatarOf } from './people.ts';

/** Whose the bot's own token is. */
export const IDENTITY = {
  type: 'user',
  id: '6500000000000000000000aa',
  name: 'ada',
  fullname: 'Ada',
  avatarUrl: avatarOf('ada'),
  orgs: [],
  canPay: true,
  isPro: true,
};
