import { describe, expect, test } from 'vitest';
import { CHANNELS, type DiscordMessage, PEOPLE } from '../doubles/discord/guild.ts';
import type { JobCourse } from '../doubles/hub/job.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * The end of a job is told once, in one message: what a phone shows says how it went, and its curve hangs on
 * it.
 */

const LOSSES = Array.from({ length: 12 }, (_, i) => `{'loss': ${(2 / (i + 1)).toFixed(3)}, 'epoch': ${i}}`);
const EVALUATED = "{'eval_loss': 0.21, 'eval_accuracy': 0.934, 'epoch': 11.0}";
const PUSHED = 'Model was pushed to https://huggingface.co/ada/imdb-tiny/tree/main';

const TRAINING: JobCourse = { queueMs: 0, runMs: 0, lines: [...LOSSES, EVALUATED], stage: 'COMPLETED' };

const OUT_OF_MEMORY: JobCourse = {
  queueMs: 0,
  runMs: 0,
  lines: [
    ' 62%|██████▏   | 620/1000 [10:03<06:20,  1.1it/s]',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB',
  ],
  stage: 'ERROR',
  message: 'Job failed with exit code: 1',
};

const NAMED = { ...dollarJob, arguments: { ...dollarJob.arguments, name: 'IMDB baseline' } };

/** A sum of a job of seconds. */
const COST = '(?:under )?\\$0\\.0[01]';

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });
  const pushed = () => world.slack.pushes.flatMap(({ to, text }) => (to === 'U0ADA' ? [text] : []));
  const pictures = () => world.slack.uploads.files.filter(({ name }) => name.endsWith('.png'));

  async function ran(course: JobCourse): Promise<SlackMessage> {
    await begin(callOnce(NAMED));
    world.hub.course = () => course;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    return asked;
  }
  async function approved(asked: SlackMessage): Promise<void> {
    world.slack.click('U0ADA', await world.reply(asked, 'Approve up to $1.00?'), 'approve');
    await world.reply(asked, 'result: ');
  }

  test('one message calls with the figure, time, cost and link, and shows the curve', {
    tags: 'long',
  }, async () => {
    const asked = await ran({ ...TRAINING, lines: [...TRAINING.lines, PUSHED], pushes: ['ada/imdb-tiny'] });
    await approved(asked);
    const told = await world.reply(asked, 'is done');
    const line = new RegExp(
      `^<@U0ADA> ✅ IMDB baseline is done: accuracy 0\\.934 · \\d+ s · ${COST} · <${world.hub.url}/ada/imdb-tiny>$`,
    );
    expect(told.text.split('\n')[0]).toMatch(line);
    expect(pushed().slice(1)).toEqual([told.text]); // after the approval
    const [picture] = pictures();
    expect(told.files).toMatchObject([{ id: picture?.id }]);
    expect(picture?.alt).toBe(
      'A line that shows the loss of IMDB baseline over its run: it begins at 2, is 0.167 at its lowest, and ends at 0.167.',
    );
    expect(world.replies(asked).filter(({ files }) => files)).toEqual([told]);
  });

  test('a failure leads with its cause and where it came to', async () => {
    const asked = await ran(OUT_OF_MEMORY);
    await approved(asked);
    const told = await world.reply(asked, '<@U0ADA> ❌ IMDB');
    expect(told.text.split('\n')[0]).toMatch(
      new RegExp(`^<@U0ADA> ❌ IMDB baseline ran out of GPU memory at step 620 of 1,000 · \\d+ s · ${COST}$`),
    );
    expect(told.text).toContain('What may help: smaller batch');
    expect(pushed().slice(1)).toEqual([told.text]);
    expect(pictures()).toEqual([]);
  });

  test('a job that ran out of memory is run again on a larger GPU, once that is approved', async () => {
    const asked = await ran(OUT_OF_MEMORY);
    await approved(asked);
    const card = await world.reply(asked, 'ran out of GPU memory at step 620 of 1,000 · a10g-small');
    const label = 'Re-run on L40S (48 GB), at most $1.80';
    await until('its card says what to press', () => JSON.stringify(card.blocks).includes(label));
    const told = await world.reply(asked, '<@U0ADA> ❌ IMDB');
    const shown = JSON.stringify(told.blocks);
    expect(shown).toMatch(/Re-run with half the batch.*"Logs"/);
    expect(shown).toContain(label);
    expect(JSON.stringify(card.blocks)).not.toContain('"rerun_job"'); // it would fail the same way
    world.slack.click('U0GRACE', card, 'rerun_larger');
    const again = await world.reply(asked, 'Approve up to $1.80? IMDB baseline · l40sx1, at most 1 h');
    expect(world.hub.jobs).toHaveLength(1);
    world.slack.click('U0ADA', again, 'approve');
    await until('it runs there', () => world.hub.jobs[1]?.spec.flavor === 'l40sx1');
    expect(world.hub.jobs[1]?.spec.command).toEqual(world.hub.jobs[0]?.spec.command);
  });

  test('status says how its job stands, what waits for whom, and what a job came to', {
    tags: 'long',
  }, async () => {
    const asked = await ran({
      queueMs: 0,
      runMs: 0,
      lines: [...TRAINING.lines, ...OUT_OF_MEMORY.lines.slice(0, 1)],
    });
    const card = await world.reply(asked, 'Approve up to $1.00?');
    world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
    await world.reply(asked, 'Ada decides: IMDB baseline · a10g-small, at most 1 h, up to $1.00.');
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'step 620 of 1,000');
    world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
    await world.reply(asked, 'on a10g-small: running · step 620 of 1,000 · accuracy 0.934');
    const [job] = world.hub.jobs;
    if (job) world.hub.finish(job, 'COMPLETED');
    await world.reply(asked, 'result: ');
    world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
    await until('it says what came of it', () =>
      world
        .replies(asked)
        .some(({ text }) => text.includes('Requests: 1') && text.includes('is done: accuracy 0.934')),
    );
  });

  test('half the batch is the agent’s to propose', { tags: 'long' }, async () => {
    const asked = await ran(OUT_OF_MEMORY);
    await approved(asked);
    const card = await world.reply(asked, '"rerun_half_batch"');
    world.slack.click('U0ADA', card, 'rerun_half_batch');
    await until('the agent is asked for it', () =>
      JSON.stringify(world.model.requests.at(-1)?.messages).includes('half the batch size per device'),
    );
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('a job that its time limit has ended is run again with twice the time', { tags: 'long' }, async () => {
    const asked = await ran({ ...OUT_OF_MEMORY, lines: [], message: 'Job timeout' });
    await approved(asked);
    // The job's card says the same, without the button.
    const told = await world.reply(asked, 'Re-run with 2 h, at most $2.00');
    expect(told.text).toContain('was stopped at its time limit of 1 h');
    world.slack.click('U0ADA', told, 'rerun_longer');
    const again = await world.reply(asked, 'Approve up to $2.00? IMDB baseline · a10g-small, at most 2 h');
    world.slack.click('U0ADA', again, 'approve');
    await until('it has the time', () => world.hub.jobs[1]?.spec.timeoutSeconds === 7_200);
  });

  test('the end is told once, without its curve, where the workspace takes no files', {
    tags: 'long',
  }, async () => {
    const asked = await ran(TRAINING);
    world.slack.refusals.refuse('files.getUploadURLExternal', 'file_uploads_disabled');
    await approved(asked);
    const told = await world.reply(asked, 'is done');
    expect(told.text).toContain('accuracy 0.934');
    expect(told.files).toBeUndefined();
    expect(pushed().slice(1)).toEqual([told.text]);
    expect(world.describe(asked)).not.toContain('could not show');
  });

  test('the end is told once where uploads break, and again after they are taken', {
    tags: 'long',
  }, async () => {
    const asked = await ran(TRAINING);
    world.slack.disturb = (method) => (method === 'files.completeUploadExternal' ? 503 : undefined);
    await approved(asked);
    await world.reply(asked, 'is done');
    world.slack.disturb = () => undefined;
    await world.stop();
    await world.start();
    world.slack.say('U0ADA', 'C0ML', 'and now?', asked.ts);
    await until('it has answered', () => world.describe(asked).match(/result: /g)?.length === 2);
    expect(world.replies(asked).filter(({ text }) => text.includes('is done'))).toHaveLength(1);
    expect(pushed().slice(1)).toHaveLength(1);
  });

  test('what the Hub has cancelled is told with its reason, what people have is not', {
    tags: 'long',
  }, async () => {
    const asked = await ran({ queueMs: 0, runMs: 0, lines: [] });
    world.slack.click('U0ADA', await world.reply(asked, 'Approve up to $1.00?'), 'approve');
    await world.reply(asked, '· running');
    const [job] = world.hub.jobs;
    if (job) world.hub.stop(job, 'NO_CREDITS');
    const told = await world.reply(asked, 'was cancelled');
    expect(told.text).toMatch(
      /^<@U0ADA> ⏹️ IMDB baseline was cancelled by Hugging Face: the account has no credits left · /,
    );
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });
  const pushed = () => on.discord.pushes.flatMap(({ to, text }) => (to === PEOPLE.ada.id ? [text] : []));

  async function ran(course: JobCourse): Promise<DiscordMessage> {
    await begin(callOnce(NAMED));
    on.world.hub.course = () => course;
    return on.discord.mention('ada', CHANNELS.ml, 'go');
  }
  async function approved(asked: DiscordMessage): Promise<void> {
    on.discord.click('ada', await on.reply(asked.id, 'Approve up to $1.00?'), 'approve');
    await on.reply(asked.id, 'result: ');
  }

  test('one message calls with the figure, time, cost and link, and shows the curve', {
    tags: 'long',
  }, async () => {
    const asked = await ran({ ...TRAINING, lines: [...TRAINING.lines, PUSHED], pushes: ['ada/imdb-tiny'] });
    await approved(asked);
    const told = await on.reply(asked.id, 'is done');
    expect(told.content.split('\n')[0]).toMatch(
      new RegExp(
        `^<@\\d+> ✅ IMDB baseline is done: accuracy 0\\.934 · \\d+ s · ${COST} · ${on.world.hub.url}/ada/imdb-tiny$`,
      ),
    );
    expect(pushed().slice(1)).toEqual([told.content]);
    expect(told.attachments).toMatchObject([
      {
        filename: expect.stringMatching(/^loss-.*\.png$/),
        description: expect.stringContaining('ends at 0.167'),
      },
    ]);
    expect(on.replies(asked.id).filter(({ attachments }) => attachments.length > 0)).toEqual([told]);
  });

  test('a failure leads with its cause and where it came to', async () => {
    const asked = await ran(OUT_OF_MEMORY);
    await approved(asked);
    await until('the end is told', () => pushed().length === 2);
    expect(pushed()[1]?.split('\n')[0]).toMatch(
      new RegExp(`^<@\\d+> ❌ IMDB baseline ran out of GPU memory at step 620 of 1,000 · \\d+ s · ${COST}$`),
    );
  });

  test('a job that ran out of memory is run again on a larger GPU, once that is approved', async () => {
    const asked = await ran(OUT_OF_MEMORY);
    await approved(asked);
    const card = await on.reply(asked.id, 'Re-run on L40S (48 GB), at most $1.80');
    await on.reply(asked.id, 'Re-run with half the batch');
    on.discord.click('ada', card, 'rerun_larger|');
    const again = await on.reply(asked.id, 'Approve up to $1.80? IMDB baseline · l40sx1, at most 1 h');
    on.discord.click('ada', again, 'approve|');
    await until('it runs there', () => on.world.hub.jobs[1]?.spec.flavor === 'l40sx1');
  });

  test('the end is told once, without its curve, where files are not taken', { tags: 'long' }, async () => {
    const asked = await ran(TRAINING);
    on.discord.refusals.refuse(
      /^POST .*\/messages$/,
      403,
      50_013,
      ({ attachments }) => attachments !== undefined,
    );
    await approved(asked);
    const told = await on.reply(asked.id, 'is done');
    expect(told.content).toContain('accuracy 0.934');
    expect(told.attachments).toEqual([]);
    expect(pushed().slice(1)).toEqual([told.content]);
  });
});
