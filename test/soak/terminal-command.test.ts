import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';
import { story } from '../support/story.ts';
import { eventsIn, TerminalWorld, TRAIN } from '../support/terminal-world.ts';
import { until } from '../support/until.ts';

let world: TerminalWorld;
beforeAll(async () => {
  world = await TerminalWorld.create();
});
afterAll(() => world.close());
beforeEach(() => {
  world.model.script = story;
});

test('what costs is not run without a budget, whatever the config waives: code 3, and nothing is drawn', async () => {
  const before = world.hub.jobs.length;
  world.model.script = (request) => {
    const reply = story(request);
    // CPU hardware, about which the config says that nobody has to be asked.
    const calls = reply.calls?.map((call) => ({ ...call, arguments: onCpu(call.arguments) }));
    return { ...reply, ...(calls ? { calls } : {}) };
  };
  const { code, out, err } = await world.run([TRAIN], '', { ML_INTERN_CONFIG: waivingConfig() });
  expect(code).toBe(3);
  expect(out).toBe('');
  expect(err).toContain('Approval needed: Run a Hugging Face Job on cpu-basic');
  expect(err).toContain('Give it a budget with --budget');
  expect(err).not.toContain('\u001b');
  expect(world.hub.jobs).toHaveLength(before);
});

/** The config as it is, but that nobody is asked about jobs on CPU hardware. */
function waivingConfig(): string {
  const folder = join(world.backend.settings.dataDir, 'waiving');
  cpSync(join(ROOT, 'configs'), folder, { recursive: true });
  const file = join(folder, 'main_agent_config.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"cpu_jobs": true', '"cpu_jobs": false'));
  return file;
}

const onCpu = (given: unknown): unknown =>
  typeof given === 'object' && given !== null && 'hardware_flavor' in given
    ? { ...given, hardware_flavor: 'cpu-basic' }
    : given;

test('what would pass the budget is not run either: code 4', async () => {
  const before = world.hub.jobs.length;
  const { code, err } = await world.run(['--budget', '0.05', TRAIN]);
  expect(code).toBe(4);
  expect(err).toContain('It would cost more than the budget has left');
  expect(world.hub.jobs).toHaveLength(before);
});

test('what a signal stops ends its job, too: code 130', async () => {
  world.hub.course = () => ({ queueMs: 0, runMs: 600_000, lines: ['step 1'], stage: 'COMPLETED' });
  const before = world.hub.jobs.length;
  const begun = world.begin(['--json', '--budget', '5', TRAIN]);
  await until(
    () => `the job runs; there is: ${begun.out}${begun.err}`,
    () => begun.out.includes('"job_id"'),
  );
  begun.child.kill('SIGINT');
  expect(await begun.ended).toBe(130);
  expect(
    eventsIn(begun.out)
      .slice(-2)
      .map(({ event_type }) => event_type),
  ).toEqual(['interrupted', 'shutdown']);
  expect(world.hub.jobs.slice(before).map(({ ended }) => ended?.stage)).toEqual(['CANCELED']);
});

test('what fails says why on one line: code 1', async () => {
  world.model.script = () => ({ error: { status: 401, message: 'no such key' } });
  const { code, out, err } = await world.run(['hello']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('Error: ');
  // Another process has the record: as `npm start` would.
  const storage = await world.backend.open();
  const inUse = await world.run(['hello']);
  await storage.close();
  expect(inUse.code).toBe(1);
  expect(inUse.err.trim().split('\n')).toHaveLength(1);
  expect(inUse.err).toContain('is in use by process');
});
