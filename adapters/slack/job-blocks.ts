import type { Button, KnownBlock } from '@slack/types';
import { sparkline } from '../../src/session/progress.ts';
import { durationText } from '../../src/session/watches.ts';
import type { JobView } from '../../src/thread/view-message.ts';
import { ACTIONS } from './actions.ts';
import { actions, button, context, dollars, link, section } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { codeBlock, cut, plain } from './text.ts';

const TONES: Record<JobView['tone'], string> = {
  waiting: '🟡',
  running: '🟢',
  good: '✅',
  bad: '❌',
  stopped: '⏹️',
};

export function jobHeadline(job: Pick<JobView, 'tone' | 'jobId' | 'stage' | 'flavor'>): string {
  return `${TONES[job.tone]} Job ${plain(job.jobId)} ${plain(job.stage)} · ${plain(job.flavor)}`;
}

/** A job in two lines: its link and stage, then what it runs on, for how long and for how much. */
export function jobLines(job: JobView): string {
  const elapsed =
    job.elapsedSeconds === undefined
      ? 'queued'
      : job.isFinal
        ? `ran ${durationText(job.elapsedSeconds)}`
        : `${durationText(job.elapsedSeconds)} of at most ${durationText(job.timeoutSeconds)}`;
  const cost = job.usd === undefined ? [] : [`${dollars(job.usd)}${job.isFinal ? '' : ' so far'}`];
  const name = link(job.url, `Job ${job.jobId}`);
  return `${TONES[job.tone]} *${name}* · ${plain(job.stage)}\n${[plain(job.flavor), elapsed, ...cost].join(' · ')}`;
}

export function jobBlocks(job: JobView): KnownBlock[] {
  return [
    section(jobLines(job)),
    ...linksBlock(job),
    ...(job.message ? [context(cut(plain(job.message), SLACK_LIMITS.contextText))] : []),
    ...progressBlocks(job),
    actions(buttonsOf(job)),
  ];
}

/** Where its metrics are drawn, and what it has pushed. */
function linksBlock({ dashboardUrl, progress }: JobView): KnownBlock[] {
  const links = [
    ...(dashboardUrl ? [`📈 ${link(dashboardUrl, 'Dashboard')}`] : []),
    ...(progress?.links ?? []).map((url) => `📦 ${link(url, repositoryOf(url))}`),
  ];
  return links.length === 0 ? [] : [context(cut(links.join(' · '), SLACK_LIMITS.contextText))];
}

/** What a link to the Hub is called: the repository. */
export const repositoryOf = (url: string): string => URL.parse(url)?.pathname.slice(1) || url;

/** Fewer losses are no curve: the text of the card shows them. */
const DRAWN_LOSSES = 6;

function buttonsOf(job: JobView): Button[] {
  const { isFinal, isOwn, watchId, progress } = job;
  const hasCurve = !isFinal && (progress?.losses.length ?? 0) >= DRAWN_LOSSES; // at the end it is posted anyway
  return [
    button('Logs', ACTIONS.log, watchId),
    ...(hasCurve ? [button('Curve', ACTIONS.curve, watchId)] : []),
    ...(isFinal && isOwn ? [button('Re-run', ACTIONS.rerun, watchId)] : []),
    ...(isFinal ? [] : [cancelButton(job)]),
  ];
}

export function cancelButton({ watchId, jobId }: Pick<JobView, 'watchId' | 'jobId'>): Button {
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

const BAR = 16;

/** How far a job is and how it goes, as far as its log tells; its last lines while it runs. */
function progressBlocks({ progress, isFinal }: JobView): KnownBlock[] {
  if (progress === undefined) return [];
  const { step, steps, epoch, epochs, loss, losses, metrics, alerts, failure, tail } = progress;
  const share = step !== undefined && steps ? Math.min(1, step / steps) : undefined;
  const bar =
    share === undefined
      ? ''
      : `${'█'.repeat(Math.round(share * BAR))}${'░'.repeat(BAR - Math.round(share * BAR))} `;
  const facts = [
    ...(step === undefined ? [] : [`${bar}step ${step} of ${steps}`]),
    ...(epoch === undefined ? [] : [`epoch ${rounded(epoch)}${epochs === undefined ? '' : ` of ${epochs}`}`]),
    ...(loss === undefined ? [] : [`loss ${rounded(loss)} ${sparkline(losses)}`.trim()]),
  ];
  const evaluated = Object.entries(metrics).map(([name, value]) => `${plain(name)} *${rounded(value)}*`);
  const lines = [
    ...(facts.length > 0 ? [facts.join(' · ')] : []),
    ...(evaluated.length > 0 ? [evaluated.slice(0, 8).join(' · ')] : []),
    ...alerts.map((alert) => `🔔 ${plain(alert)}`),
    ...(failure === undefined ? [] : [`❗ *${plain(failure)}*`]),
  ];
  return [
    ...(lines.length > 0 ? [context(cut(lines.join('\n'), SLACK_LIMITS.contextText))] : []),
    ...(tail.length > 0 && !isFinal ? [context(codeBlock(tail.join('\n'), 700))] : []),
  ];
}

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
