import { expect, test } from 'vitest';
import { ACTIONS } from '../../src/controller/actions.ts';
import type { Subject } from '../../src/controller/forms.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { SESSION_LABEL } from '../../src/jobs/labels.ts';
import { lastText, type ModelScript } from '../doubles/model.ts';
import { BOT, SECOND_TEAM, type SlackMessage } from '../doubles/slack/workspace.ts';
import { install, letInstall } from '../support/slack-installs.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/*
 * Two workspaces in one process, which share one account of Hugging Face: each tries everything with the
 * other's ids, and nothing is told, changed or spent.
 */

let world: World;
const begin = useWorld((made) => {
  world = made;
});

/** What only the first workspace may ever see. */
const MARK = /TENANT-ONE/;

const JOB = {
  operation: 'run',
  script: 'print("TENANT-ONE script")\n',
  hardware_flavor: 'cpu-basic',
  timeout: '10m',
};

/** Runs the job, or the call that somebody writes out; then says what it returned. */
const script: ModelScript = (request) => {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return { text: `result: ${last.content}` };
  if (lastText(request).includes('TENANT-TWO')) return { text: `heard: ${lastText(request)}` };
  const [, written] = /CALL (\{.*\})/.exec(lastText(request)) ?? [];
  return { calls: [{ name: 'hf_jobs', arguments: written === undefined ? JOB : JSON.parse(written) }] };
};

/** Both workspaces have the bot; `accounts` as in the config. */
async function beginWithBoth(accounts: World['config']['accounts'] = {}): Promise<void> {
  await begin(script, { mode: 'http', isStarted: false, approvers: ['anyone'] });
  const { config, hub } = world;
  letInstall(world, [BOT.team_id, SECOND_TEAM]);
  config.accounts = accounts;
  config.shared_account = [BOT.team_id, SECOND_TEAM].filter((id) => !(id in accounts));
  hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['TENANT-ONE log'] });
  await world.start();
  for (const team of [BOT.team_id, SECOND_TEAM]) expect((await install(world, team)).status).toBe(200);
}

/** Ada's job runs in the first workspace, and another one waits there for an approval. */
async function firstWorks(): Promise<{ running: SlackMessage; waiting: SlackMessage }> {
  const { slack } = world;
  const running = slack.mention('U0ADA', 'C0ML', 'train TENANT-ONE alpha');
  slack.click('U0ADA', await world.reply(running, 'Run a Hugging Face Job'), 'approve');
  await world.reply(running, '· running');
  await world.reply(running, 'TENANT-ONE log'); // after which nothing changes by itself
  const waiting = slack.mention('U0ADA', 'C0ML', 'train TENANT-ONE beta');
  await world.reply(waiting, 'Run a Hugging Face Job');
  return { running, waiting };
}

const buttonValue = (message: SlackMessage, action: string): string =>
  new RegExp(`"action_id":"${action}"[^}]*"value":"([^"]*)"`).exec(shown(message))?.[1] ??
  new RegExp(`"value":"([^"]*)"[^}]*"action_id":"${action}"`).exec(shown(message))?.[1] ??
  '';

/** All that somebody in the second workspace has been shown. */
const seenInSecond = (): string =>
  JSON.stringify([
    [...world.slack.workspace.topLevel('C0TWO')].flatMap((first) =>
      world.slack.workspace.thread('C0TWO', first.ts).filter(({ bot_id }) => bot_id !== undefined),
    ),
    world.slack.ephemerals,
    world.slack.dialogs.open,
    world.slack.homes.get('U0LINUS'),
    world.slack.uploads.files.map(({ name }) => name),
  ]);

test('with every kind of id of another workspace nothing is told, changed or spent', async () => {
  await beginWithBoth();
  const { slack, hub } = world;
  const { running, waiting } = await firstWorks();
  const jobCard = await world.reply(running, '· running');
  const watchId = buttonValue(jobCard, 'job_log');
  const seen = buttonValue(await world.reply(waiting, 'Run a Hugging Face Job'), 'approve');
  const [callId = ''] = seen.split(':');
  const [job] = hub.jobs;
  const sessionId = job?.spec.labels?.[SESSION_LABEL] ?? '';
  expect([watchId, callId, sessionId, job?.id].every(Boolean)).toBe(true);
  const access = createHubJobs(hub.url, hubToken('hf_x'));
  const spec = (labels: Record<string, string>) => ({
    ...{ image: 'python:3.12', command: ['true'], environment: {}, secrets: {}, flavor: 'cpu-basic' },
    timeoutSeconds: 60,
    labels,
  });
  const signal = AbortSignal.timeout(60_000);
  const plan = { schedule: '@daily', suspend: false };
  const scheduled = await access.schedule('ada', spec({ [SESSION_LABEL]: sessionId }), plan, signal);
  const outside = await access.run('ada', spec({}), signal);

  const own = slack.mention('U0ADA', 'C0TWO', 'CALL {"operation":"ps"}');
  await world.reply(own, 'There are no jobs of ada.');
  const [status] = world.replies(own);
  if (status === undefined) throw new Error('nothing to click on');
  await slack.delivered();
  const before = {
    requests: hub.requests.filter(({ method }) => method !== 'GET').length,
    ephemerals: slack.ephemerals.length,
    threads: [running, waiting].map((first) => world.describe(first).replaceAll(/[\d.]+/g, '#')),
  };

  // Clicks, with the values of the other workspace's buttons.
  // A new kind of button does not compile before it is here.
  const clicks: Record<keyof typeof ACTIONS, readonly string[]> = {
    approve: [seen],
    reject: [seen],
    edit: [seen, `${callId}|replace`],
    choose: [`${callId}|namespace`],
    log: [watchId],
    curve: [watchId],
    rerun: [watchId],
    half_batch: [watchId],
    larger: [watchId],
    longer: [watchId],
    cancel: [watchId, `${watchId}|sure`],
    letRun: [`${watchId}|stalled`],
    answer: [`${callId}:q1`],
    decline: [`${callId}:q1`],
    feedback: ['good:1', 'bad:2'],
    offer: ['1:0', '2:0'],
    stop: [''],
    retry: [''],
    settings: [''],
    signIn: [''],
    signOut: [''],
    sortRuns: [''],
    steps: ['1'],
    comparePicked: [`${watchId} ${watchId}`],
    menu: [''],
  };
  for (const [name, values] of Object.entries(clicks)) {
    const action = String(Reflect.get(ACTIONS, name));
    for (const value of values) slack.clickValue('U0ADA', status, action, value);
  }
  await slack.delivered();

  // Dialogs, as if they had been opened for it.
  const subjects: Record<Subject['form'], Subject> = {
    reject: { form: 'reject', calls: { kind: 'seen', calls: [{ toolCallId: callId, revision: 0 }] } },
    script: { form: 'script', toolCallId: callId },
    answer: { form: 'answer', asked: { toolCallId: callId, questionId: 'q1' } },
    why: { form: 'why', messageId: 1 },
    session: { form: 'session' },
    channel: { form: 'channel', half: 'people' },
    token: { form: 'token' },
    ask: { form: 'ask', messageId: running.ts },
  };
  for (const [i, subject] of Object.values(subjects).entries()) {
    const about = JSON.stringify({ subject, channel: 'C0TWO', thread: own.ts });
    const text = { type: 'plain_text' as const, text: 'x' };
    const element = { type: 'plain_text_input' as const, action_id: 'value' };
    await slack.sendOff(
      {
        id: `VFORGED${i}`,
        user: 'U0ADA',
        team: SECOND_TEAM,
        errors: undefined,
        view: {
          type: 'modal',
          callback_id: 'form',
          private_metadata: about,
          title: text,
          submit: text,
          blocks: [{ type: 'input', block_id: 'text', label: text, element }],
        } as never,
      },
      'print("TENANT-TWO was here")',
    );
  }

  // Commands, Home, and words.
  for (const word of ['jobs', 'status', 'usage', `status ${sessionId}`]) slack.slash('U0ADA', 'C0TWO', word);
  slack.openHome('U0LINUS', SECOND_TEAM);
  const watches = [job?.id, `ada/${job?.id}`, `${hub.url}/jobs/ada/${job?.id}`, outside.id];
  for (const named of watches) slack.say('U0ADA', 'C0TWO', `watch ${named}`, own.ts);
  await until(
    () => `all are refused: ${world.describe(own)}`,
    () => {
      const refused = world.describe(own).match(/I know no job/g) ?? [];
      return refused.length >= watches.length;
    },
  );

  // The model, with the ids in its tool's arguments.
  const calls = [
    ...['logs', 'inspect'].flatMap((operation) =>
      [job?.id, outside.id].map((job_id) => ({ operation, job_id })),
    ),
    { operation: 'logs', job_id: job?.id, namespace: 'ada' },
    { operation: 'scheduled inspect', scheduled_job_id: scheduled.id },
    { operation: 'scheduled ps' },
    { operation: 'ps', namespace: 'ada' },
    { operation: 'ps', all: true },
  ];
  for (const call of calls) {
    const asked = slack.mention('U0ADA', 'C0TWO', `CALL ${JSON.stringify(call)}`);
    await world.reply(asked, 'result: ');
  }
  const changes = [
    { operation: 'cancel', job_id: job?.id },
    { operation: 'cancel', job_id: outside.id },
    ...['delete', 'suspend', 'resume'].map((verb) => ({
      operation: `scheduled ${verb}`,
      scheduled_job_id: scheduled.id,
    })),
  ];
  for (const call of changes) {
    const asked = slack.mention('U0ADA', 'C0TWO', `CALL ${JSON.stringify(call)}`);
    slack.click('U0ADA', await world.reply(asked, '"action_id":"approve"'), 'approve');
    await world.reply(asked, 'no such job or account here');
  }
  await until('Home is shown', () => slack.homes.has('U0LINUS'));
  await slack.delivered();

  expect(seenInSecond()).not.toMatch(MARK);
  expect(JSON.stringify(slack.homes.get('U0LINUS'))).toContain('No jobs are running');
  const told = slack.ephemerals.slice(before.ephemerals).map(({ text }) => text);
  expect(told.filter((text) => text.includes('request no longer exists'))).toHaveLength(7);
  expect(told.filter((text) => text.includes('I no longer know this job'))).toHaveLength(9);
  expect(hub.requests.filter(({ method }) => method !== 'GET')).toHaveLength(before.requests);
  expect(job?.ended).toBeUndefined();
  expect(hub.scheduled).toMatchObject([{ id: scheduled.id, suspend: false }]);
  expect([running, waiting].map((first) => world.describe(first).replaceAll(/[\d.]+/g, '#'))).toEqual(
    before.threads,
  );
});

test('a workspace with an account of its own spends from that one, and jobs have its token', async () => {
  const own = { token: 'hf_ofthesecondworkspace01', secrets: {} };
  await beginWithBoth({ [SECOND_TEAM]: own });
  const { slack, hub } = world;
  hub.identities.set(own.token, 'second');
  for (const channel of ['C0ML', 'C0TWO']) {
    const asked = slack.mention('U0ADA', channel, 'train');
    slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    await world.reply(asked, '· running');
  }
  const spent = hub.jobs.map(({ namespace, spec }) => [namespace, Object(spec.secrets).HF_TOKEN]);
  expect(spent).toEqual([
    ['ada', world.config.secrets.HF_TOKEN],
    ['second', own.token],
  ]);
});

test('people see jobs of channels that they are in, and their own', async () => {
  await begin(script, { approvers: ['anyone'] });
  const { slack, hub } = world;
  hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['TENANT-ONE log'] });
  slack.workspace.members.set('C0OPS', ['U0ADA', 'U0LINUS']);
  const asked = slack.mention('U0ADA', 'C0OPS', 'train');
  slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
  const watchId = buttonValue(await world.reply(asked, '· running'), 'job_log');
  const listed = async (user: string) => {
    const count = slack.ephemerals.length;
    slack.slash(user, 'C0ML', 'jobs');
    return until('the list', () => slack.ephemerals.slice(count).find((item) => item.user === user));
  };
  for (const user of ['U0ADA', 'U0LINUS']) {
    expect(JSON.stringify(await listed(user))).toContain('1 job is running');
  }
  expect(JSON.stringify(await listed('U0GRACE'))).toContain('No jobs are running');
  slack.openHome('U0GRACE');
  await until('Home is shown', () => slack.homes.has('U0GRACE'));
  expect(JSON.stringify(slack.homes.get('U0GRACE'))).toContain('No jobs are running');
  const elsewhere = slack.mention('U0GRACE', 'C0ML', 'CALL {"operation":"ps"}');
  await world.reply(elsewhere, 'There are no jobs of ada.');
  const [message] = world.replies(elsewhere);
  if (message === undefined) throw new Error('nothing to click on');
  const all = slack.mention('U0GRACE', 'C0ML', 'CALL {"operation":"ps","all":true}');
  const told = shown(await world.reply(all, 'No jobs of this channel run on ada.'));
  expect(told).toContain('For other threads of this workspace run: 1 on cpu-basic.');
  const jobId = hub.jobs[0]?.id ?? 'no job';
  for (const word of [jobId, 'C0OPS', 'TENANT']) expect(told).not.toContain(word);
  slack.say('U0GRACE', 'C0ML', `watch ${jobId}`, elsewhere.ts);
  await world.reply(elsewhere, 'I know no job');
  for (const operation of ['logs', 'inspect']) {
    const call = `CALL ${JSON.stringify({ operation, job_id: jobId })}`;
    await world.reply(slack.mention('U0GRACE', 'C0ML', call), 'no such job or account here');
  }
  for (const action of ['job_log', 'cancel_job']) slack.clickValue('U0GRACE', message, action, watchId);
  await until(
    'both are refused',
    () => slack.ephemerals.filter(({ text }) => text.includes('I no longer know this job')).length === 2,
  );
  expect(hub.jobs[0]?.ended).toBeUndefined();
});
