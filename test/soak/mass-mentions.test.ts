import { afterEach, describe, expect, test } from 'vitest';
import type { ModelScript } from '../doubles/model.ts';
import { everything } from '../support/mcp.ts';
import { hasBubblewrap, withLocalSandboxes } from '../support/sandboxes.ts';
import { onDiscord, onSlack, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

/*
 * Nobody who is not asked is called: whatever models, programs, providers and people put into what the bot
 * shows, in none of its messages, cards, notices, files and names is a channel, a group or a role mentioned.
 */

/** Every way to call many people, on both platforms. */
const CALL =
  '@everyone @here @channel <!channel> <!here> <!everyone|all> <!subteam^S0LEADS> <@&700000000000000001>';

let stage: Stage;
afterEach(() => stage.close());

const job = {
  name: 'hf_jobs',
  arguments: {
    operation: 'run',
    script: `# ${CALL}\nprint("${CALL}")\n`,
    dependencies: ['numpy'],
    env: { NOTE: CALL },
    hardware_flavor: 'cpu-basic',
    timeout: '10m',
  },
};

/** Calls one tool after the other, and says everything with the words of a call. */
const script: ModelScript = (request) => {
  const results = request.messages.filter(({ role }) => role === 'tool').length;
  const tools = request.tools?.map((tool) => 'function' in tool && tool.function.name) ?? [];
  if (tools.length === 0) return { text: CALL }; // a title, or a summary
  const calls = [
    { name: 'plan_tool', arguments: { todos: [{ id: '1', content: CALL, status: 'in_progress' }] } },
    { name: 'web_search', arguments: { query: CALL } },
    { name: CALL, arguments: { [CALL]: CALL } },
    { name: 'echo', arguments: { message: CALL } },
    ...(hasBubblewrap
      ? [
          { name: 'bash', arguments: { command: `echo '${CALL}'; echo '${CALL}' > '${FILE}'` } },
          { name: 'share_file', arguments: { path: FILE, comment: CALL } },
        ]
      : []),
    job,
  ];
  const next = calls[results];
  if (next === undefined)
    return { text: `**${CALL}**\n\n\`${CALL}\`\n\n[${CALL}](https://hf.co/${CALL})\n\n> ${CALL}` };
  return { text: `${CALL} ${results}`, calls: [next] };
};

const FILE = '@everyone <!channel>.txt';

describe.each([
  ['Slack', onSlack],
  ['Discord', onDiscord],
] as const)('on %s nobody is called', (_platform, on) => {
  test('by what a model, its tools, a job and people say', async () => {
    stage = await on(script, {
      configure(config) {
        withLocalSandboxes(config);
        config.mcp_servers.everything = everything('never');
      },
    });
    stage.hub.course = () => ({
      queueMs: 0,
      runMs: 0,
      lines: [CALL, `[TRACKIO WARN] ${CALL}`, `ValueError: ${CALL}`],
    });
    stage.ask('ada', `${CALL} go`, [{ name: `${CALL}.csv`, text: CALL }]);
    await stage.shows('Run a Hugging Face Job');
    await stage.press('grace', 'approve'); // who may not, and is told so
    await stage.press('ada', 'approve');
    await stage.shows('WARN');
    await stage.press('ada', 'log');
    await until('the log is posted', () => stage.files().some((name) => name.includes('log')));
    const [run] = stage.hub.jobs;
    if (run) stage.hub.finish(run, 'ERROR');
    await stage.shows('hf.co');
    stage.say('ada', `status ${CALL}`);
    stage.say('ada', 'status');
    stage.say('ada', `rename ${CALL}`);
    stage.say('ada', 'export');
    await until('it is exported', () => stage.files().some((name) => name.endsWith('.md')));
    expect(stage.all().match(/everyone/g)?.length).toBeGreaterThan(10); // it was told
    expect(stage.broadcasts()).toEqual([]);
  });

  test('by an error of a provider, or a question of a server', async () => {
    stage = await on(() => ({ error: { status: 400, message: CALL } }), {});
    stage.ask('ada', CALL);
    await stage.shows('everyone');
    await stage.press('ada', 'retry');
    await until('it was tried again', () => stage.model.requests.length > 1);
    expect(stage.broadcasts()).toEqual([]);
  });
});
