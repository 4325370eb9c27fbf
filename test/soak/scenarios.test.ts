import { afterEach, describe, expect, test } from 'vitest';
import { lastText, type ModelScript } from '../doubles/model.ts';
import { everything } from '../support/mcp.ts';
import { hasBubblewrap, withLocalSandboxes } from '../support/sandboxes.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { onDiscord, onPage, onSlack, type Stage, type StageOptions } from '../support/stage.ts';
import { until } from '../support/until.ts';

/* One table of scenarios, each played on every platform: what people get is the same. */

type Scenario = {
  name: string;
  script: ModelScript;
  options?: StageOptions;
  /** Why it is not played on the page, which has one person, and room for any script in a form. */
  notOnPage?: string;
  /** Whether it can't be played on this machine. */
  isSkipped?: boolean;
  play(stage: Stage): Promise<void>;
};

const LONG_SCRIPT = `print("x")\n# ${'long '.repeat(1_200)}\n`;
const job = (script: string) => ({ ...runJob, arguments: { ...runJob.arguments, script } });
const twoJobs: ModelScript = (request) =>
  request.messages.some(({ role }) => role === 'tool')
    ? { text: 'both ran' }
    : { calls: [job('print(1)'), job('print(2)')] };

/** Calls a tool of a server until it is there, then says what came of it. */
const asksBack: ModelScript = (request) => {
  const last = request.messages.at(-1);
  const text = lastText(request);
  if (last?.role === 'tool' && !text.includes('There is no tool')) return { text: `result: ${text}` };
  return { calls: [{ name: 'trigger-elicitation-request', arguments: {} }], delayMs: 100 };
};
const withServer: StageOptions = {
  configure: (config) => void Object.assign(config.mcp_servers, { everything: everything('never') }),
};

const local: StageOptions = { configure: withLocalSandboxes };

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a mention begins a session, and replies go on with it',
    notOnPage: 'there is nobody else',
    script: echo,
    async play(stage) {
      stage.ask('ada', 'fine-tune a model');
      await stage.shows('heard: [Ada] fine-tune a model');
      stage.say('grace', 'and evaluate it');
      await stage.shows('heard: [Grace] and evaluate it');
      await until('the request is marked', () => stage.standing() === 'idle');
    },
  },
  {
    name: 'a job is approved by who may, runs, and reports its end',
    notOnPage: 'there is nobody else',
    script: callOnce(runJob),
    async play(stage) {
      stage.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ["{'loss': 0.5}"], stage: 'COMPLETED' });
      stage.ask('ada', 'go');
      await stage.shows('Run a Hugging Face Job');
      await until('the request waits', () => stage.standing() === 'waiting');
      await stage.press('grace', 'approve');
      await stage.told('grace', 'may decide this');
      await stage.press('ada', 'approve');
      await stage.shows('✅ Approved');
      const submitted = await until('the job', () => stage.hub.jobs[0]);
      stage.hub.finish(submitted, 'COMPLETED');
      await stage.shows('result:');
      await stage.press('ada', 'log');
      await until('the log is posted', () => stage.files().some((name) => name.includes('log')));
      await stage.press('ada', 'rerun');
      await until('it is asked for again', () => stage.all().split('Run a Hugging Face Job').length > 2);
    },
  },
  {
    name: 'what a server asks is asked in the thread, and answered by who may',
    notOnPage: 'there is nobody else',
    script: asksBack,
    options: withServer,
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('everything');
      await stage.shows('Please provide inputs');
      await stage.press('grace', 'answer');
      await stage.told('grace', 'may decide this');
      await stage.press('ada', 'answer');
      await stage.fill('ada', { 0: 'Ada Lovelace' });
      await stage.shows('Ada answered: String: Ada Lovelace');
      await stage.shows('- Name: Ada Lovelace');
    },
  },
  {
    name: 'a question that is declined is told to the server',
    script: asksBack,
    options: withServer,
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('Please provide inputs');
      await stage.press('ada', 'decline');
      await stage.shows('Ada declined.');
      await stage.shows('User declined to provide');
      await until('the question is gone', () => !stage.all().includes('answer_question'));
    },
  },
  {
    name: 'a rejection tells the model why',
    script: callOnce(runJob),
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('Run a Hugging Face Job');
      await stage.press('ada', 'reject');
      await stage.write('ada', 'use a smaller model');
      await stage.shows('❌ Rejected');
      await until('the model is told', () =>
        JSON.stringify(stage.model.requests.at(-1)?.messages).includes('use a smaller model'),
      );
      expect(stage.hub.jobs).toHaveLength(0);
    },
  },
  {
    name: 'a script is changed before it is approved, and what was changed is what runs',
    script: callOnce(runJob),
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('Run a Hugging Face Job');
      await stage.press('ada', 'edit');
      await stage.write('ada', 'print("changed")\n');
      await stage.shows('✏️ Changed by');
      await stage.press('ada', 'approve');
      const submitted = await until('the job', () => stage.hub.jobs[0]);
      expect(JSON.stringify(submitted)).toContain(Buffer.from('print("changed")\n').toString('base64'));
    },
  },
  {
    name: 'a script that is too long for a dialog comes as a file',
    notOnPage: 'its form has room for it',
    script: callOnce(job(LONG_SCRIPT)),
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('Run a Hugging Face Job');
      await stage.press('ada', 'edit');
      await until('the file', () => stage.files().some((name) => name.startsWith('script-c_')));
    },
  },
  {
    name: 'a script is changed by a file that is text, and other files that come with it are kept',
    script: (request) =>
      lastText(request).includes('data.csv') ? { text: 'rows seen' } : callOnce(runJob)(request),
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('Run a Hugging Face Job');
      stage.say('ada', '', [{ name: 'train.py', text: Buffer.from([0xc3, 0x28]) }]);
      await stage.hears('ada', 'not valid');
      expect(stage.all()).not.toContain('✏️ Changed by');
      stage.say('ada', '', [
        { name: 'train.py', text: 'print("changed")\n' },
        { name: 'data.csv', text: 'text,label\ngood,1\n' },
      ]);
      await stage.shows('✏️ Changed by');
      await stage.shows('rows seen');
      await stage.press('ada', 'approve');
      const submitted = await until('the job', () => stage.hub.jobs[0]);
      expect(JSON.stringify(submitted)).toContain(Buffer.from('print("changed")\n').toString('base64'));
    },
  },
  {
    name: 'several calls of one step are approved with one click',
    script: twoJobs,
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('2 calls wait for approval');
      await stage.press('ada', 'approve_all');
      await until('both are submitted', () => stage.hub.jobs.length === 2);
      await stage.shows('All decided: 2 approved');
    },
  },
  {
    name: 'Stop stops, and undo takes back',
    notOnPage: 'there is nobody else',
    script: (request) => (lastText(request).includes('hang') ? { hangs: true } : echo(request)),
    async play(stage) {
      stage.ask('ada', 'hang please');
      await stage.press('grace', 'stop');
      await stage.shows('Stopped by Grace');
      await until('the request is marked', () => stage.standing() === 'idle');
      stage.say('ada', 'undo');
      await stage.shows('Undone');
      stage.say('ada', 'something else');
      await stage.shows('heard: [Ada] something else');
    },
  },
  {
    name: 'a provider without credits is a clear message with Retry',
    script: () => ({ error: { status: 402 } }),
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('run out of credits');
      stage.model.script = echo;
      await stage.press('ada', 'retry');
      await stage.shows('heard: [Ada] go');
    },
  },
  {
    name: 'commands are answered in the thread',
    script: echo,
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('heard: [Ada] go');
      stage.say('ada', 'usage');
      await stage.shows('this session');
      stage.say('ada', 'export');
      await until('the transcript', () => stage.files().some((name) => name.endsWith('.md')));
    },
  },
  {
    name: 'people say whether an answer helped',
    notOnPage: 'there is nobody else',
    script: echo,
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('heard: [Ada] go');
      await stage.press('grace', 'good');
      await stage.told('grace', 'noted that this answer helped');
      await stage.press('ada', 'bad');
      await stage.write('ada', 'too short');
    },
  },
  {
    name: 'nothing that a model writes notifies everybody',
    notOnPage: 'a text calls nobody there',
    script: () => ({ text: 'Hello @everyone and @here, <!channel> <@&800000000000000008> done' }),
    async play(stage) {
      stage.ask('ada', 'go');
      await stage.shows('done');
      expect(stage.all()).not.toMatch(stage.pings);
    },
  },
  {
    name: 'an answer that is too long for a thread comes as a file',
    script: () => ({ text: 'A line of a long answer.\n'.repeat(1_500) }),
    async play(stage) {
      stage.ask('ada', 'go');
      await until('the file', () => stage.files().some((name) => /^answer-\d+\.md$/.test(name)));
    },
  },
  {
    name: 'files that people attach are in the sandbox',
    isSkipped: !hasBubblewrap,
    script: callOnce({ name: 'bash', arguments: { command: 'wc -l attachments/data.csv' } }),
    options: local,
    async play(stage) {
      stage.ask('ada', 'count the rows', [{ name: 'data.csv', text: 'a\n1\n2\n' }]);
      await stage.shows('3 attachments/data.csv');
    },
  },
];

describe.each([
  ['Slack', onSlack],
  ['Discord', onDiscord],
  ['the page', onPage],
] as const)('on %s', (_name, open) => {
  let stage: Stage | undefined;
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });

  for (const { name, notOnPage, isSkipped = false, script, options = {}, play } of SCENARIOS) {
    if (open === onPage && notOnPage !== undefined) continue;
    test.skipIf(isSkipped)(name, async () => {
      stage = await open(script, options);
      await play(stage);
      expect(stage.model.refusals).toEqual([]);
    });
  }
});
