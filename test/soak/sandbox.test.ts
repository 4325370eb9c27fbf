import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { closedSessions } from '../../src/session/store/retention.ts';
import type { ModelScript } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { hasBubblewrap, withLocalSandboxes } from '../support/sandboxes.ts';
import { callOnce, inTurn } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const beginLocal = (script: ModelScript): Promise<World> => begin(script, { configure: withLocalSandboxes });

const bash = (command: string) => ({ name: 'bash', arguments: { command } });
const mention = (): SlackMessage => world.slack.mention('U0ADA', 'C0ML', 'go');

describe.skipIf(!hasBubblewrap)('code that the agent runs', () => {
  test('shows its last lines while it runs, and what it printed reaches the model', async () => {
    await beginLocal(
      callOnce(
        bash('for i in 1 2 3; do echo line $i; done; while [ ! -e go ]; do sleep 0.1; done; echo over'),
      ),
    );
    const asked = mention();
    await world.reply(asked, 'line 3');
    const folder = world.config.sandbox.directory ?? '';
    const [own = ''] = readdirSync(folder).filter((name) => name.startsWith('s_'));
    expect(world.describe(asked)).not.toContain('result:');
    await until('its workspace is there', () => readdirSync(join(folder, own)).includes('work'));
    world.slack.say('U0ADA', 'C0ML', 'stop', asked.ts);
    await world.reply(asked, 'Stopped by Ada');
    expect(world.describe(asked)).not.toContain('line 3');
  });

  test('writes, changes and runs a file, and posts what it made', async () => {
    await beginLocal(
      inTurn(
        { name: 'write', arguments: { path: 'train.py', content: 'print("loss", 1)\n' } },
        { name: 'edit', arguments: { path: 'train.py', old_str: '"loss", 1', new_str: '"loss", 0.5' } },
        bash('python3 train.py | tee report.txt'),
        { name: 'share_file', arguments: { path: 'report.txt', comment: 'What the run printed' } },
        { name: 'read', arguments: { path: 'report.txt' } },
      ),
    );
    const asked = mention();
    await world.reply(asked, 'loss 0.5');
    const [file] = await until('the file is posted', () => {
      const posted = world.slack.uploads.files.filter((item) => item.isShared);
      return posted.length > 0 && posted;
    });
    expect(file?.name).toMatch(/^report-.+\.txt$/);
    expect(file?.bytes.toString()).toBe('loss 0.5\n');
    await world.reply(asked, 'What the run printed');
  });

  test('tells of a picture in words where the model does not see', async () => {
    await beginLocal(
      inTurn(bash('printf "GIF89a picture" > plot.png'), { name: 'read', arguments: { path: 'plot.png' } }),
    );
    const asked = mention();
    await world.reply(asked, 'plot.png is a picture of 14 bytes');
    expect(JSON.stringify(world.model.requests.at(-1)?.messages)).not.toContain('image_url');
  });

  test('is what a job runs by its path, as it was when people approved it', async () => {
    await beginLocal(
      inTurn(
        { name: 'write', arguments: { path: 'job.py', content: 'print("approved")\n' } },
        {
          name: 'hf_jobs',
          arguments: { operation: 'run', script: 'job.py', hardware_flavor: 'cpu-basic', timeout: '10m' },
        },
      ),
    );
    const asked = mention();
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    expect(shown(card)).toContain('approved');
    const folder = world.config.sandbox.directory ?? '';
    const [own = ''] = readdirSync(folder).filter((name) => name.startsWith('s_'));
    writeFileSync(join(folder, own, 'work', 'job.py'), 'print("changed meanwhile")\n');
    world.slack.click('U0ADA', card, 'approve');
    await until('the job is submitted', () => world.hub.jobs.length === 1);
    const command = JSON.stringify(world.hub.jobs[0]?.spec);
    expect(command).toContain(Buffer.from('print("approved")').toString('base64').slice(0, 20));
  });

  test('outlives many leases, in its folder, and is run once', async () => {
    await begin(
      inTurn(bash('mkdir -p src'), {
        name: 'bash',
        arguments: {
          command: 'for i in $(seq 60); do sleep 0.1; done; echo x >> times; pwd; cat times',
          work_dir: 'src',
          timeout_seconds: 3_600,
        },
      }),
      {
        configure: (config) => {
          withLocalSandboxes(config);
          config.durability.lease_seconds = 1;
        },
      },
    );
    const asked = mention();
    await world.reply(asked, 'result: /work/src\nx\nexit code 0');
  });

  test('that was running when the process ended is not run again, and the model is told to look', async () => {
    await beginLocal(callOnce(bash('echo x >> times; while [ ! -e go ]; do sleep 0.1; done')));
    const asked = mention();
    await world.reply(asked, 'Running echo x');
    const folder = world.config.sandbox.directory ?? '';
    await until('it runs', () =>
      readdirSync(folder).some((own) => existsSync(join(folder, own, 'work', 'times'))),
    );
    await world.stop();
    await world.start();
    await world.reply(asked, 'it is not known whether the call had its effect');
  });

  test('is gone with its session', async () => {
    await beginLocal(callOnce(bash('echo hello')));
    const asked = mention();
    await world.reply(asked, 'result: hello');
    const folder = world.config.sandbox.directory ?? '';
    const [own = ''] = readdirSync(folder).filter((name) => name.startsWith('s_'));
    await world.stop();
    const storage = await world.backend.open();
    expect(await closedSessions(storage.db, [own, 's_gone'])).toEqual(['s_gone']);
    await storage.close();
    await world.start();
    world.slack.say('U0ADA', 'C0ML', 'close', asked.ts);
    await world.reply(asked, 'Closed by Ada');
    await world.stop();
    const again = await world.backend.open();
    expect(await closedSessions(again.db, [own])).toEqual([own]);
    await again.close();
  });
});

test('without a sandbox the agent is told so, and goes on', async () => {
  await begin(callOnce(bash('echo hello')), {
    configure: (config) => {
      config.sandbox.kind = 'none';
    },
  });
  await world.reply(mention(), 'There is no tool "bash"');
  expect(JSON.stringify(world.model.requests[0]?.tools)).not.toContain('"bash"');
});

describe('a sandbox in a Space', () => {
  const beginSpace = (script: ModelScript) =>
    begin(script, {
      configure: (config) => {
        config.sandbox.kind = 'space';
      },
    });

  test('is made for the session, and runs what the agent runs', async () => {
    await beginSpace(callOnce(bash('echo from the space')));
    await world.reply(mention(), 'result: from the space');
    expect(world.hub.repos.all.filter((repo) => repo.sdk === 'docker')).toHaveLength(1);
  });

  test('goes on a GPU only after somebody has approved what that costs', async () => {
    await beginSpace(callOnce({ name: 'sandbox_create', arguments: { hardware: 't4-small' } }));
    const asked = mention();
    const card = await world.reply(asked, 'Put the sandbox on t4-small');
    expect(shown(card)).toContain('paid for as long as it is used');
    expect(world.hub.repos.all).toHaveLength(0);
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'The sandbox is on t4-small now');
    expect(world.hub.repos.all[0]).toMatchObject({ hardware: 't4-small', sleepTimeSeconds: 1_800 });
  });
});
