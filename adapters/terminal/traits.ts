import { addressesOn, traitsWith } from '../shared/one-person.ts';
import { STYLE } from './style.ts';

export const PLATFORM = 'terminal';

export const addressOf = addressesOn(PLATFORM);

export const TRAITS = traitsWith({
  platform: PLATFORM,
  style: STYLE,
  slash: '/',
  managers: 'whoever has this terminal',
  threadLink: STYLE.thread,
  titledLink: (_address, title) => title,
  messageUrl: STYLE.thread,
});
