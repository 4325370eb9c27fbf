import { describe, expect, test } from 'vitest';
import { BOT, type SlackMessage } from '../doubles/slack/workspace.ts';
import { callOnce, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const LOSSES = Array.from({ length: 12 }, (_, i) => `{'loss': ${(2 / (i + 1)).toFixed(3)}, 'epoch': ${i}}`);
const PUSHED = 'Model was pushed to https://huggingface.co/ada/imdb-tiny/tree/main';

async function started(call = runJob, lines: readonly string[] = [...LOSSES, PUSHED]): Promise<SlackMessage> {
  await begin(callOnce(call));
  world.hub.course = () => ({ queueMs: 0, runMs: 0, lines, pushes: ['ada/imdb-tiny'] });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
  await world.reply(asked, '· running');
  return asked;
}

/** The card of a running job shows its last lines. */
const logIsRead = (asked: SlackMessage) => world.reply(asked, 'Model was pushed to');

function finish(): void {
  const job = world.hub.jobs.at(-1);
  if (job) world.hub.finish(job, 'COMPLETED');
}

const shared = (name: RegExp) =>
  world.slack.uploads.files.filter((file) => file.isShared && name.test(file.name));
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

describe('a job card', () => {
  test('gives the log as a file, without the token that the job printed', async () => {
    const asked = await started(runJob, ['hello', `\u001b[31mtoken ${'hf_'}${'a'.repeat(34)}\u001b[0m`]);
    world.slack.click('U0GRACE', await world.reply(asked, '· running'), 'job_log');
    const [file] = await until('the log is posted', () =>
      shared(/\.log$/).length > 0 ? shared(/\.log$/) : undefined,
    );
    expect(file?.bytes.toString()).toBe('hello\ntoken hf_[redacted]');
    await world.reply(asked, 'Log of ');
  });

  test('draws the losses on request and at the end, and names what was pushed', async () => {
    const asked = await started();
    const card = await world.reply(asked, '"job_curve"');
    world.slack.click('U0ADA', card, 'job_curve');
    await until('the curve is posted', () => shared(/^loss-.*\.png$/).length === 1);
    finish();
    await until('it is posted once more at the end', () => shared(/^loss-.*\.png$/).length === 2);
    const [first] = shared(/\.png$/);
    expect(first?.bytes.subarray(0, 4)).toEqual(PNG);
    const told = await world.reply(asked, ' is done');
    expect(told.text).toContain(` · <${world.hub.url}/ada/imdb-tiny>`);
    await until('the card names what was pushed', () =>
      shown(card).includes(`${world.hub.url}/ada/imdb-tiny`),
    );
    expect(world.slack.workspace.find(told.channel, told.ts)).toBe(told);
  });

  test('claims no repository that its log names and that it did not push to', async () => {
    const named = [
      'The base model is available at https://huggingface.co/acme/base',
      'View the run of somebody else: https://huggingface.co/ada/older',
      'Pushed to https://huggingface.co/acme/shared',
      'Saved to https://huggingface.co/buckets/ada/artifacts and https://huggingface.co/collections/ada/tries',
    ];
    const asked = await started(runJob, [...named, PUSHED]);
    const card = '---\nlicense: mit\n---\n';
    for (const id of ['acme/base', 'ada/older', 'acme/shared']) {
      world.hub.repos.add('model', id, { 'README.md': card });
    }
    world.hub.repos.push('model', 'ada/older', 'ada', (world.hub.jobs[0]?.createdAt ?? 0) - 10_000); // by the job before
    world.hub.repos.push('model', 'acme/shared', 'acme'); // while the job runs, but not by its account
    await logIsRead(asked);
    finish();
    const told = await world.reply(asked, ' is done');
    expect(told.text.match(/http\S+/g)).toEqual([`${world.hub.url}/ada/imdb-tiny`]);
    await until(
      'the collection holds what was pushed',
      () => (world.hub.repos.collections[0]?.items.length ?? 0) > 0,
    );
    expect(world.hub.repos.collections[0]?.items).toEqual([{ type: 'model', id: 'ada/imdb-tiny' }]);
    for (const id of ['acme/base', 'ada/older', 'acme/shared']) {
      expect(world.hub.repos.find('model', id)?.files.get('README.md')?.toString()).toBe(card);
    }
  });

  test('says of what its log names that it could not be checked where the Hub does not answer', async () => {
    const asked = await started();
    world.hub.disturb = (_method, path) => (path.includes('/commits/') ? 500 : undefined);
    await logIsRead(asked);
    finish();
    const told = await world.reply(asked, ' is done');
    expect(told.text).toContain(
      'Its log names <https://huggingface.co/ada/imdb-tiny>: whether it was pushed',
    );
    expect(told.text).not.toContain(`${world.hub.url}/ada/imdb-tiny`);
  });

  test('says why there is no curve or log yet', async () => {
    const asked = await started(runJob, []);
    const card = await world.reply(asked, '· running');
    expect(JSON.stringify(card.blocks)).not.toContain('job_curve');
    const [job] = world.hub.jobs;
    world.slack.clickValue('U0ADA', card, 'job_curve', `w_${job?.id}`);
    await world.reply(asked, 'has not printed enough losses');
    world.slack.click('U0ADA', card, 'job_log');
    await world.reply(asked, 'has printed nothing yet');
  });

  test('is run again as it was, after an approval of its own', async () => {
    const asked = await started();
    finish();
    const card = await until('the card is final', () =>
      world.replies(asked).find((reply) => JSON.stringify(reply.blocks ?? []).includes('rerun_job')),
    );
    world.slack.click('U0GRACE', card, 'rerun_job');
    const again = await until('approval is asked for once more', () =>
      world.replies(asked).find((reply) => JSON.stringify(reply.blocks ?? []).includes('"approve"')),
    );
    expect(world.hub.jobs).toHaveLength(1);
    world.slack.click('U0GRACE', again, 'approve');
    await until('Grace, who pressed Re-run but did not ask, may not approve', () =>
      world.slack.ephemerals.some(({ text }) => text.includes('Only')),
    );
    world.slack.click('U0ADA', again, 'approve');
    await until('the same job runs again', () => world.hub.jobs.length === 2);
    expect(world.hub.jobs[1]?.spec.command).toEqual(world.hub.jobs[0]?.spec.command);
    finish();
    await until(
      'the model hears of both',
      () => world.model.requests.at(-1)?.messages.filter(({ role }) => role === 'tool').length === 2,
    );
  });

  test('links the dashboard, which was made for the job', async () => {
    const call = {
      ...runJob,
      arguments: { ...runJob.arguments, trackio_space_id: 'ada/runs', trackio_project: 'imdb' },
    };
    const asked = await started(call);
    await world.reply(asked, `${world.hub.url}/spaces/ada/runs`);
    expect(world.hub.repos.find('space', 'ada/runs')?.files.has('app.py')).toBe(true);
    expect(world.hub.jobs[0]?.spec.environment).toMatchObject({
      TRACKIO_SPACE_ID: 'ada/runs',
      TRACKIO_PROJECT: 'imdb',
    });
    finish();
    await world.reply(asked, `Dashboard: ${world.hub.url}/spaces/ada/runs`);
  });

  test('is not submitted where its dashboard can not be set up', async () => {
    const call = { ...runJob, arguments: { ...runJob.arguments, trackio_space_id: 'ada/other' } };
    await begin(callOnce(call));
    world.hub.repos.add('space', 'ada/other', { 'app.py': 'import gradio' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    await world.reply(asked, 'Nothing was submitted');
    expect(world.hub.jobs).toHaveLength(0);
  });
});

describe('/ml-intern', () => {
  const answered = (text: string) =>
    until(`a private answer with "${text}"`, () =>
      world.slack.ephemerals.find((item) => JSON.stringify(item).includes(text)),
    );

  test.each(['socket', 'http'] as const)(
    'lists the jobs of the workspace, with Cancel and Logs, over %s',
    async (mode) => {
      await begin(callOnce(runJob), { mode });
      world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['one'] });
      world.slack.slash('U0GRACE', 'C0OPS', 'jobs');
      await answered('No jobs are running');
      const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
      world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
      await world.reply(asked, '· running');
      world.slack.slash('U0GRACE', 'C0OPS', 'jobs');
      const list = await answered('1 job is running');
      const link = `https://double.slack.com/archives/C0ML/p${asked.ts.replace('.', '')}`;
      expect(JSON.stringify(list.blocks)).toContain(link);
      expect(list.user).toBe('U0GRACE');
      world.slack.clickPrivate('U0GRACE', 'C0OPS', list, 'job_log');
      await world.reply(asked, 'Log of ');
      world.slack.clickPrivate('U0GRACE', 'C0OPS', list, 'cancel_job');
      await answered('Only Ada');
      expect(world.replies(asked).some((reply) => reply.text.includes('· cancelled'))).toBe(false);
      world.slack.clickPrivate('U0ADA', 'C0OPS', list, 'cancel_job');
      await world.reply(asked, '· cancelled');
    },
  );

  test('explains itself, whatever is asked of it', async () => {
    await begin(callOnce(runJob));
    world.slack.slash('U0GRACE', 'C0OPS', 'dance');
    const help = await answered('/ml-intern jobs');
    expect(JSON.stringify(help)).not.toContain(BOT.user_id);
  });
});
