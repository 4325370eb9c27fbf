import type { Button, KnownBlock } from '@slack/types';
import { ACTIONS } from '../../src/controller/actions.ts';
import { cut } from '../../src/lib/cut.ts';
import type { JobControl } from '../../src/session/watches.ts';
import type { JobView } from '../../src/thread/view/view-message.ts';
import { jobControls, jobLines, jobLinks, jobTail, progressText } from '../../src/thread/view/words.ts';
import { actions, button, context, section } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { STYLE } from './style.ts';
import { codeBlock, plainWithin } from './text.ts';

export function jobBlocks(job: JobView): KnownBlock[] {
  const links = jobLinks(job, STYLE);
  const progress = progressText(job, STYLE);
  const tail = jobTail(job);
  return [
    section(jobLines(job, STYLE)),
    ...(links ? [context(cut(links, SLACK_LIMITS.contextText))] : []),
    ...(job.message ? [context(plainWithin(job.message, SLACK_LIMITS.contextText))] : []),
    ...(progress ? [context(cut(progress, SLACK_LIMITS.contextText))] : []),
    ...(tail ? [context(codeBlock(tail, 700))] : []),
    actions(jobControls(job).map((control) => BUTTONS[control](job))),
  ];
}

const BUTTONS: Readonly<Record<JobControl, (job: JobView) => Button>> = {
  log: ({ watchId }) => button('Logs', ACTIONS.log, watchId),
  curve: ({ watchId }) => button('Curve', ACTIONS.curve, watchId),
  rerun: ({ watchId }) => button('Re-run', ACTIONS.rerun, watchId),
  cancel: (job) => cancelButton(job),
};

function cancelButton({ watchId, jobId }: Pick<JobView, 'watchId' | 'jobId'>): Button {
  return {
    ...button('Cancel', ACTIONS.cancel, watchId, 'danger'),
    confirm: {
      title: { type: 'plain_text', text: 'Cancel this job?' },
      text: {
        type: 'plain_text',
        text: cut(`Job ${jobId} is stopped, and what it has not pushed is lost.`, 300),
      },
      confirm: { type: 'plain_text', text: 'Cancel the job' },
      deny: { type: 'plain_text', text: 'Let it run' },
      style: 'danger',
    },
  };
}
