import { describe, expect, test } from 'vitest';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { callOnce, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

describe('jobs and approvals', () => {
  async function cardOf(asked: SlackMessage): Promise<SlackMessage> {
    return world.reply(asked, 'Run a Hugging Face Job');
  }

  test('a job that fails at once wakes the agent with its log', async () => {
    await begin(callOnce(runJob));
    world.hub.course = () => ({
      queueMs: 0,
      runMs: 0,
      lines: ["ModuleNotFoundError: No module named 'torch'"],
      stage: 'ERROR',
      message: 'Job failed with exit code: 1',
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    const answer = await world.reply(asked, 'No module named');
    expect(answer.text).toContain('exit code: 1');
    await world.reply(asked, 'ERROR');
  });

  test('a rejected job is not run, and the model is told who rejected it', async () => {
    await begin(callOnce(runJob));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'reject');
    await world.reply(asked, 'Ada rejected this call');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('a click on an old card changes nothing and says who decided', async () => {
    await begin(callOnce(runJob), { approvers: ['anyone'] });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = structuredClone(await cardOf(asked));
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'Approved by');
    world.slack.click('U0GRACE', card, 'reject');
    const told = await until('Grace is told', () => world.slack.ephemerals.at(-1));
    expect(told).toEqual({
      user: 'U0GRACE',
      text: 'Ada has already approved this. Your click changed nothing.',
    });
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('two people who click at once make one decision', async () => {
    await begin(callOnce(runJob), { approvers: ['anyone'] });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = structuredClone(await cardOf(asked));
    for (const user of ['U0ADA', 'U0GRACE', 'U0LINUS']) world.slack.click(user, card, 'approve');
    await until('two are told that it was too late', () => world.slack.ephemerals.length === 2);
    await world.reply(asked, 'COMPLETED');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('a click by someone who may not decide is refused in private', async () => {
    await begin(callOnce(runJob));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0GRACE', await cardOf(asked), 'approve');
    const told = await until('Grace is told', () => world.slack.ephemerals.at(-1));
    expect(told.text).toBe('Only Ada, who asked for it, may decide this. Nothing was changed.');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('a message instead of a click sets the request aside and steers the agent', async () => {
    await begin(callOnce(runJob));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = structuredClone(await cardOf(asked));
    world.slack.say('U0ADA', 'C0ML', 'use a smaller model first', asked.ts);
    await world.reply(asked, 'wrote a message instead of approving');
    await world.reply(asked, 'Set aside by a new message');
    world.slack.click('U0ADA', card, 'approve');
    await until('Ada is told', () => world.slack.ephemerals.at(-1)?.text.includes('no longer open'));
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('an account without credits is explained with the link', async () => {
    await begin(callOnce(runJob));
    world.hub.faults.push({
      path: /\/api\/jobs\/ada$/,
      method: 'POST',
      status: 402,
      error: 'Payment required',
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    await world.reply(asked, 'settings/billing');
  });

  test('a job whose submission got no answer is found by its label, not submitted twice', async () => {
    await begin(callOnce(runJob));
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['done'], stage: 'COMPLETED' });
    world.hub.faults.push({ path: /\/api\/jobs\/ada$/, method: 'POST', status: 'drop' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    await world.reply(asked, 'COMPLETED');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('unknown hardware is shown as such before, and refused with the list', async () => {
    const strange = { ...runJob, arguments: { ...runJob.arguments, hardware_flavor: 'tpu-v9' } };
    await begin(callOnce(strange));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await cardOf(asked);
    expect(JSON.stringify(card.blocks)).toContain('not in the Hub');
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'There is no hardware');
  });

  test('the Hub token goes in as a secret only, and the job carries labels', async () => {
    await begin(callOnce(runJob));
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    const job = await until('the job', () => world.hub.jobs[0]);
    expect(job.spec.secrets).toEqual({ HF_TOKEN: world.config.secrets.HF_TOKEN });
    expect(JSON.stringify({ ...job.spec, secrets: null })).not.toContain(world.config.secrets.HF_TOKEN);
    expect(job.spec.labels).toHaveProperty('ml-intern-call');
  });
});
