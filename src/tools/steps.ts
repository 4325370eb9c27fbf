import { cut } from '../lib/cut.ts';
import { onOneLine } from '../lib/output.ts';
import type { Step } from '../session/tool-calls.ts';

/** What calls do, in the forms that a step is told in: while it is done, and afterwards. */
const VERBS = {
  cancel: ['Cancelling', 'Cancelled'],
  change: ['Changing', 'Changed'],
  close: ['Closing', 'Closed'],
  compare: ['Comparing', 'Compared'],
  'comment on': ['Commenting on', 'Commented on'],
  delete: ['Deleting', 'Deleted'],
  follow: ['Following', 'Followed'],
  list: ['Listing', 'Listed'],
  'look at': ['Looking at', 'Looked at'],
  'look for': ['Looking for', 'Looked for'],
  'look through': ['Looking through', 'Looked through'],
  make: ['Making', 'Made'],
  merge: ['Merging', 'Merged'],
  move: ['Moving', 'Moved'],
  notify: ['Notifying', 'Notified'],
  open: ['Opening', 'Opened'],
  pause: ['Pausing', 'Paused'],
  push: ['Pushing', 'Pushed'],
  read: ['Reading', 'Read'],
  research: ['Researching', 'Researched'],
  resume: ['Resuming', 'Resumed'],
  run: ['Running', 'Ran'],
  schedule: ['Scheduling', 'Scheduled'],
  search: ['Searching', 'Searched'],
  share: ['Sharing', 'Shared'],
  stop: ['Stopping', 'Stopped'],
  update: ['Updating', 'Updated'],
  upload: ['Uploading', 'Uploaded'],
  use: ['Using', 'Used'],
  write: ['Writing', 'Wrote'],
} as const;

const ABOUT = 120;

/** A step in the words of people: `step('read', 'train.py')` is told as "Read train.py" once it is done. */
export function step(verb: keyof typeof VERBS, about: string): Step {
  const what = onOneLine(cut(about.trim(), ABOUT));
  const [doing, did] = VERBS[verb];
  return { todo: `${verb} ${what}`, doing: `${doing} ${what}`, did: `${did} ${what}` };
}

/** Words that are looked for, as a part of a step. */
export const words = (query: string): string => `“${cut(query, ABOUT / 2)}”`;

/** Parts of a step, of which some are not there. */
export const joined = (...parts: readonly (string | undefined | false)[]): string =>
  parts.filter(Boolean).join(' ');
