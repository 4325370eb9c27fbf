import { expect, test } from 'vitest';
import { inComponents } from '../../adapters/discord/components.ts';
import { inBlocks } from '../../adapters/slack/blocks.ts';
import { printed } from '../../adapters/web/printer.ts';
import { advance, Progress } from '../../src/session/progress.ts';
import type { JobSnapshot } from '../../src/session/watches.ts';
import { jobCard } from '../../src/thread/view/cards.ts';
import { view } from '../../src/thread/view/view.ts';
import type { ViewMessage } from '../../src/thread/view/view-message.ts';
import { endText } from '../../src/thread/words/job-ends.ts';
import { at, snapshot, watch } from '../support/snapshots.ts';

const ID = '666666687f911eaea8000001';

function ended(seen: Partial<JobSnapshot>, withPicture = false) {
  const progress = [
    ' 62%|██████    | 620/1000 [10:03<06:20]',
    'CUDA out of memory. Tried to allocate 2 GiB',
  ].reduce(advance, Progress.parse({}));
  const job = watch({
    jobId: ID,
    url: `https://huggingface.co/jobs/ada/${ID}`,
    name: 'IMDB baseline',
    endedAt: at(4_330),
    timeoutSeconds: 7_200,
    snapshot: {
      ...{
        stage: 'ERROR',
        message: 'Job failed with exit code: 1',
        startedAt: at(10),
        finishedAt: at(4_330),
      },
      ...{
        progress,
        remedies: [{ kind: 'half_batch' }, { kind: 'larger', flavor: 'l40sx1', about: 'l40sx1 (48 GB)' }],
      },
      ...seen,
    } as JobSnapshot,
  });
  const file = withPicture ? { file: { id: 'f1', name: 'loss.png', alt: 'a line' } } : {};
  const notice = {
    role: 'notice' as const,
    text: endText(job),
    mentions: ['U0ADA'],
    job: { watchId: job.id },
  };
  const shown = view(snapshot({ entries: [{ ...notice, ...file }], watches: [job] }));
  const message = shown.find(({ body }) => body.kind === 'notice');
  if (message === undefined) throw new Error('the end is not told');
  return { job, message };
}

const PLATFORMS: readonly [string, (message: ViewMessage) => unknown][] = [
  ['Slack', (message) => inBlocks(message, 1, { channel: 'C1' }, { isStreamed: false, asksFeedback: false })],
  ['Discord', (message) => inComponents(message, 1, { asksFeedback: false })],
  ['the page', (message) => printed(message, 1)],
];

test.each(PLATFORMS)(
  'what helps after a failure is pressed on the message that calls, on %s',
  (_name, print) => {
    for (const withPicture of [false, true]) {
      const shown = JSON.stringify(print(ended({}, withPicture).message));
      expect(shown).toMatch(/Re-run with half the batch.*Re-run on l40sx1 \(48 GB\).*Logs/);
      expect(shown).toContain('rerun_half_batch');
      expect(shown).not.toContain('On its card');
    }
    const good = ended({ stage: 'COMPLETED', remedies: [] }).message;
    expect(JSON.stringify(print(good))).not.toContain('Logs');
  },
);

test('a card of a failed job begins with the cause, and says it once', () => {
  const card = jobCard(ended({}).job);
  for (const [, print] of PLATFORMS) {
    const shown = JSON.stringify(print({ key: 'job/w1', exchange: 1, body: card }));
    expect(shown).toMatch(/ ran out of GPU memory at step 620 of 1,000\\n/);
    expect(shown).not.toMatch(/exit code|❗ \*/);
  }
});

test('no id is in what a phone shows of an end', () => {
  for (const withPicture of [false, true]) {
    const [slack] = inBlocks(
      ended({}, withPicture).message,
      1,
      { channel: 'C1' },
      { isStreamed: false, asksFeedback: false },
    );
    const [discord] = inComponents(ended({}, withPicture).message, 1, { asksFeedback: false });
    const pushes = [slack, discord].map((sent) => {
      if (sent?.kind === 'message') return String((sent.first ?? { content: sent.body.text }).content);
      if (sent?.kind !== 'upload') throw new Error('nothing is sent');
      // Slack shows a link by what it is called.
      return sent === slack
        ? sent.text.replace(/<https?:[^|>]*\|([^>]*)>/g, '$1')
        : String(sent.calling?.without.content);
    });
    for (const push of pushes) {
      expect(push).toMatch(
        /^<@\w+> ❌ IMDB baseline ran out of GPU memory at step 620 of 1,000 · 1 h 12 min · \$/,
      );
      expect(push).not.toContain(ID);
    }
  }
});
