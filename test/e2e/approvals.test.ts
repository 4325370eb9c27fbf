import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { callOnce, runJob, SMALLER, smallerOnDemand } from '../support/scripts.ts';
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

  test('a job that fails at once wakes the agent with its log', { tags: 'long' }, async () => {
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
    const answer = await world.reply(asked, 'result: Job');
    expect(answer.text).toContain('No module named');
    expect(answer.text).toContain('exit code: 1');
    await world.reply(asked, 'failed: import error');
  });

  test('a rejected job is not run, and the model is told who rejected it', async () => {
    await begin(callOnce(runJob));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'reject');
    await world.slack.submit('U0ADA', '');
    await world.reply(asked, 'Ada rejected this call');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('what is said with a rejection reaches the model and stays on the card', async () => {
    await begin(callOnce(runJob));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'reject');
    await world.slack.submit('U0ADA', 'first on 100 rows, please');
    await world.reply(asked, 'They said: \\"first on 100 rows, please\\"');
    await world.reply(asked, '“first on 100 rows, please”');
    expect(world.slack.dialogs.open).toEqual([]);
  });

  test('a dialog that is sent off too late says so and changes nothing', async () => {
    await begin(callOnce(runJob), { approvers: ['anyone'] });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = structuredClone(await cardOf(asked));
    world.slack.click('U0GRACE', card, 'reject');
    await until('the dialog is open', () => world.slack.dialogs.open.length === 1);
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'Approved by');
    const dialog = await world.slack.submit('U0GRACE', 'no');
    expect(dialog.errors).toEqual({ text: 'Ada has already approved this. Your click changed nothing.' });
    await world.reply(asked, 'result:');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('several calls of a step are approved with one click, each job once', { tags: 'long' }, async () => {
    await begin((request) => {
      const results = request.messages.filter((message) => message.role === 'tool');
      return results.length > 0 ? { text: `${results.length} results` } : { calls: [runJob, runJob, runJob] };
    });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const batch = await world.reply(asked, '3 calls wait for approval');
    expect(JSON.stringify(batch.blocks)).toContain('at most *$0.01* together');
    world.slack.click('U0ADA', batch, 'approve');
    world.slack.click('U0ADA', batch, 'approve');
    await world.reply(asked, '3 results');
    await world.reply(asked, 'All decided: 3 approved');
    expect(world.hub.jobs).toHaveLength(3);
  });

  test('a script that a person changed runs as changed, and the model is told who changed what', async () => {
    await begin(callOnce(runJob));
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['ok'], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await cardOf(asked);
    const old = structuredClone(card);
    world.slack.click('U0ADA', card, 'edit');
    await world.slack.submit('U0ADA', 'print("hello")\nprint("twice")\n');
    await world.reply(asked, 'Changed by <@U0ADA>');
    expect(world.hub.jobs).toHaveLength(0);

    world.slack.click('U0ADA', old, 'approve');
    const told = await until('the old card is refused', () => world.slack.ephemerals.at(-1));
    expect(told.text).toContain('Ada changed this call a moment ago');
    expect(world.hub.jobs).toHaveLength(0);

    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    await world.reply(
      asked,
      'result: [Ada changed this call before it was approved (script: 1 line added, 0 removed)',
    );
    expect(scriptOf(world.hub.jobs[0]?.spec.command)).toBe('print("hello")\nprint("twice")\n');
    const sent = JSON.stringify(world.model.requests.at(-1)?.messages);
    expect(sent).toContain('print(\\\\\\"twice\\\\\\")');
  });

  test('a script too long for a dialog is posted as a file, and the file posted back is the change', {
    tags: 'long',
  }, async () => {
    const long = `# ${'x'.repeat(4_000)}\nprint(1)\n`;
    await begin(callOnce({ ...runJob, arguments: { ...runJob.arguments, script: long } }));
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['ok'], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'edit');
    const file = await until('the file is shared', () =>
      world.slack.uploads.files.find(({ isShared, name }) => isShared && name.startsWith('script-')),
    );
    expect(file.bytes.toString()).toBe(long);

    world.slack.share('U0GRACE', 'C0ML', { name: file.name, text: 'print("evil")\n' }, '', asked.ts);
    const told = await until('Grace is told', () => world.slack.ephemerals.at(-1));
    expect(told).toMatchObject({ user: 'U0GRACE', text: expect.stringContaining('Only Ada') });

    world.slack.share('U0ADA', 'C0ML', { name: file.name, text: 'print(2)\n' }, '', asked.ts);
    await world.reply(asked, 'Changed by <@U0ADA>');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    await world.reply(asked, '· done');
    expect(scriptOf(world.hub.jobs[0]?.spec.command)).toBe('print(2)\n');
  });

  test('a question leaves the request open and is answered; the approval after it goes on', async () => {
    await begin((request) => {
      const last = request.messages.at(-1);
      if (last?.role === 'user' && String(last.content).includes('?')) return { text: 'About ten minutes.' };
      const result = request.messages.find((message) => message.role === 'tool');
      return result ? { text: `result: ${result.content}` } : { calls: [runJob] };
    });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['trained'], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await cardOf(asked);
    world.slack.say('U0ADA', 'C0ML', 'how long will it take?', asked.ts);
    await world.reply(asked, 'About ten minutes.');
    await world.reply(asked, 'Waiting for approval');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    await world.reply(asked, 'trained');
    expect(world.hub.jobs).toHaveLength(1);
    expect(world.model.refusals).toEqual([]);
  });

  test('a question abandons the request where the config says so', { tags: 'long' }, async () => {
    await begin(callOnce(runJob), {
      configure: ({ approvals }) => {
        approvals.side_questions = false;
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await cardOf(asked);
    world.slack.say('U0ADA', 'C0ML', 'how long will it take?', asked.ts);
    await world.reply(asked, 'Set aside by a new message');
  });

  test('members of a user group decide where the config names it', async () => {
    await begin(callOnce(runJob), { approvers: ['S0LEADS'] });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    await until('Ada is told', () => world.slack.ephemerals.at(-1)?.text.includes('<!subteam^S0LEADS>'));
    world.slack.click('U0GRACE', await cardOf(asked), 'approve');
    await world.reply(asked, '· done');
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
    await world.reply(asked, '· done');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('two people who click at once make one decision', async () => {
    await begin(callOnce(runJob), { approvers: ['anyone'] });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = structuredClone(await cardOf(asked));
    for (const user of ['U0ADA', 'U0GRACE', 'U0LINUS']) world.slack.click(user, card, 'approve');
    await until('two are told that it was too late', () => world.slack.ephemerals.length === 2);
    await world.reply(asked, '· done');
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

  const APPROVE = 'Approve what waits here';

  test('chatter decides nothing: a yes is asked about, a remark is heard, and another call replaces the first', async () => {
    await begin(smallerOnDemand);
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = structuredClone(await cardOf(asked));
    world.slack.say('U0GRACE', 'C0ML', 'lgtm', asked.ts);
    await world.reply(asked, 'what waits for approval here is for Ada to decide');
    await until('the agent hears of it', () =>
      world.model.requests.some((request) => lastText(request).includes('lgtm')),
    );
    expect(world.describe(asked)).not.toContain(APPROVE);
    world.slack.say('U0ADA', 'C0ML', 'thanks, nice', asked.ts);
    await world.reply(asked, 'heard: [Ada] thanks, nice');
    expect(world.describe(asked)).not.toContain('Set aside');
    world.slack.say('U0ADA', 'C0ML', 'use a smaller model first', asked.ts);
    await world.reply(asked, 'Another call was proposed instead');
    world.slack.click('U0ADA', card, 'approve');
    await until('Ada is told', () => world.slack.ephemerals.at(-1)?.text.includes('no longer open'));
    expect(world.hub.jobs).toHaveLength(0);
    await until('the newer card', () => world.describe(asked).includes('smaller\\")'));
    world.slack.say('U0ADA', 'C0ML', 'Yes!', asked.ts);
    const forAda = await world.reply(asked, 'Is that an approval of what waits here?');
    world.slack.click('U0GRACE', forAda, 'offered_command:0');
    await until('Grace is told', () => world.slack.ephemerals.at(-1)?.text.includes('This is for Ada'));
    world.slack.click('U0ADA', forAda, 'offered_command:0');
    await world.reply(asked, '· done');
    expect(world.hub.jobs.map(({ spec }) => scriptOf(spec.command))).toEqual([SMALLER.script]);
    expect(world.model.requests.some((request) => lastText(request).includes('Yes!'))).toBe(false);
    expect(world.model.refusals).toEqual([]);
  });

  test('an account without credits is explained with the link, and Retry runs the call without the model', {
    tags: 'long',
  }, async () => {
    await begin(callOnce(runJob));
    world.hub.faults.push({
      path: /\/api\/jobs\/ada$/,
      method: 'POST',
      status: 402,
      error: 'Payment required',
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['paid for'], stage: 'COMPLETED' });
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    const blocked = await world.reply(asked, 'settings/billing');
    expect(JSON.stringify(blocked.blocks)).toContain('"text":"Retry"');
    expect(world.model.requests).toHaveLength(1);
    world.slack.click('U0ADA', blocked, 'approve');
    await world.reply(asked, 'paid for');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('another account is chosen on the card, and the job runs under it', { tags: 'long' }, async () => {
    await begin(callOnce(runJob));
    world.hub.orgs = ['team'];
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.pick('U0ADA', await cardOf(asked), 'choose:namespace', 'team');
    await world.reply(asked, 'Changed by <@U0ADA> · namespace is now team');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    await world.reply(asked, '· done');
    expect(world.hub.jobs[0]?.namespace).toBe('team');
  });

  test('a job whose submission got no answer is found by its label, not submitted twice', async () => {
    await begin(callOnce(runJob));
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['done'], stage: 'COMPLETED' });
    world.hub.faults.push({ path: /\/api\/jobs\/ada$/, method: 'POST', status: 'drop' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await cardOf(asked), 'approve');
    await world.reply(asked, '· done');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('nobody is asked about hardware that there is not: the model is told the list', {
    tags: 'long',
  }, async () => {
    const strange = { ...runJob, arguments: { ...runJob.arguments, hardware_flavor: 'tpu-v9' } };
    await begin(callOnce(strange));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'There is no hardware');
    expect(world.hub.jobs).toEqual([]);
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

/** The script that a job's command hands to uv. */
function scriptOf(command: string[] | undefined): string {
  const encoded = /echo (\S+) \|/.exec(command?.at(-1) ?? '')?.[1] ?? '';
  return Buffer.from(encoded, 'base64').toString('utf8');
}
