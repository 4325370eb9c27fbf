/* What forms and menus say. */

/** What fields ask for, and what is to be known of that. */
export const ASKED = {
  reject: {
    label: 'What should I do instead?',
    hint: 'The agent reads this and goes on from it. You may leave it empty.',
  },
  why: {
    label: 'What should have been otherwise?',
    hint: 'Kept for whoever runs me; the agent does not read it. To change what it does, write here.',
  },
  about: {
    label: 'What about this message?',
    hint: 'I answer in a thread, where everybody can see it.',
  },
  instructions: {
    label: 'Instructions for the agent',
    hint: 'What always holds here: where models are pushed, what a run may cost, how to report.',
  },
  approvers: { label: 'Who approves', hint: 'Nobody chosen: as the config says.' },
} as const;

export const SAVING = 'Saving runs nothing: approve on the card afterwards.';
export const FILE_INSTEAD = 'Or a file in its place';
export const CONFIGURED = 'As the config says';
export const ONLY_PEOPLE = 'The only people who may use it';
export const DAY_BUDGET = 'Budget of a day, in USD';
export const WRONG_BUDGET =
  'Write the budget as an amount like 20 or 7.50, at most 100000, or leave it empty.';

/** Of the form with what holds in a channel, or with the half that is about people. */
export const channelTitle = (isAboutPeople: boolean): string =>
  isAboutPeople ? 'This channel: people and money' : 'This channel';

/** What menus are about. */
export const MENUS = {
  model: 'Model',
  effort: 'How hard it thinks',
  approvals: 'Jobs without asking',
  replies: 'Replies in its threads',
  verbosity: 'Threads show',
} as const;

/** What can be chosen. */
export const CHOICES = {
  catchUp: 'Catch me up, for my eyes only',
  branch: 'Go on from here in a new thread',
  undo: 'Undo the last request',
  export: 'Transcript as a file',
  compact: 'Make the conversation shorter',
  fresh: 'Begin with a fresh context',
  usage: 'Tokens and cost',
  share: 'Share the trace on the Hub',
  settings: 'Model, effort, approvals …',
  usual: 'The default',
  ask: 'Always ask',
  noCap: 'Without a cap',
  allReplies: 'All are for it',
  mentions: 'Only mentions are',
  everyStep: 'Every step',
  quiet: 'Plan, approvals, jobs and answers',
} as const;

export const upTo = (usd: number): string => `Up to $${usd}`;
