import { addressesOn, traitsWith } from '../shared/one-person.ts';
import { STYLE, threadPath } from './style.ts';

export const PLATFORM = 'page';

export const addressOf = addressesOn(PLATFORM);

export const TRAITS = traitsWith({
  platform: PLATFORM,
  style: STYLE,
  slash: '/ml-intern',
  managers: 'whoever has this page',
  threadLink: ({ thread }) => `[the thread](${threadPath(thread)})`,
  titledLink: ({ thread }, title) => `[${title}](${threadPath(thread)})`,
  messageUrl: ({ thread }) => threadPath(thread),
});
