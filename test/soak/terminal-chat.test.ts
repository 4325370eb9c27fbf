import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';
import { TerminalWorld, TRAIN } from '../support/terminal-world.ts';
import { until } from '../support/until.ts';

/** Gives a program a terminal of its own; util-linux has it. */
const hasScript = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') ?? false;

let world: TerminalWorld;
let child: ChildProcess | undefined;
afterEach(async () => {
  child?.kill('SIGKILL');
  await world.close();
});

const [CTRL_C, CTRL_D, ENTER, TAB] = ['\u0003', '\u0004', '\r', '\t'];

/** Somebody at a terminal: what they see of it from where they looked last, and what they type. */
class Sitter {
  readonly ended: Promise<number | null>;
  #seen = '';
  #from = 0;

  constructor(...words: string[]) {
    const program = [process.execPath, join(ROOT, 'bin/ml-intern.cjs'), ...words].join(' ');
    const command = `stty cols 120 rows 50; exec ${program}`;
    const env = { ...world.environment(), TERM: 'xterm' };
    const started = spawn('script', ['-qec', command, '/dev/null'], { env });
    child = started;
    started.stdout.on('data', (data) => (this.#seen += String(data)));
    this.ended = new Promise((resolve) => started.on('close', resolve));
  }

  get raw(): string {
    return this.#seen;
  }

  async sees(text: string): Promise<void> {
    const shown = () => stripVTControlCharacters(this.#seen);
    await until(
      () => `"${text}"; there is: ${shown().slice(this.#from)}`,
      () => shown().includes(text, this.#from),
      60_000,
    );
    this.#from = shown().indexOf(text, this.#from) + text.length;
  }

  types(text: string): void {
    child?.stdin?.write(text);
  }
}

describe.skipIf(!hasScript)('somebody at a terminal', () => {
  test('is asked before a folder is lent to the sandbox; a script is not, and the model is told of it', async () => {
    world = await TerminalWorld.create();
    const folder = mkdtempSync(join(tmpdir(), 'ml-intern-lent-'));
    const no = new Sitter('--mount', folder);
    await no.sees(`May code of the agent read all that is in ${folder}? [y/N]`);
    no.types(CTRL_C);
    await no.sees('Nothing was started');
    expect(await no.ended).toBe(1);
    const yes = new Sitter('--mount', `${folder}:rw`);
    await yes.sees('read and change all that is in');
    yes.types(`y${ENTER}`);
    await yes.sees('Ask for something');
    yes.types(CTRL_D);
    expect(await yes.ended).toBe(0);
    await world.run(['--mount', folder, 'and which learning rate was that?']);
    expect(JSON.stringify(world.model.requests)).toContain(`The folder ${folder} of this person's machine`);
    const refused = await world.run(['--mount', '/', 'go']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('/ is the machine’s own') });
    // In a Space there is nothing of this machine.
    cpSync(join(ROOT, 'configs'), folder, { recursive: true });
    const file = join(folder, 'main_agent_config.json');
    const settings: object = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...settings, sandbox: { kind: 'space' } }));
    const inSpace = await world.run(['--mount', folder, 'go'], '', { ML_INTERN_CONFIG: file });
    expect(inSpace).toMatchObject({ code: 1, err: expect.stringContaining('a sandbox on this machine') });
    rmSync(folder, { recursive: true });
  });

  test('asks, approves by key, goes on with a session from the list, and leaves', async () => {
    world = await TerminalWorld.create();
    world.hub.course = () => ({
      queueMs: 0,
      runMs: 500,
      lines: ["{'eval_accuracy': 0.9284}"],
      stage: 'COMPLETED',
    });
    const ada = new Sitter();
    await ada.sees('Ask for something');
    ada.types(`${TRAIN}${ENTER}`);
    await ada.sees('Hardware: a10g-small');
    await ada.sees('[a] Approve  [r] Reject');
    await ada.sees('your turn >');
    expect(world.hub.jobs).toHaveLength(0);
    ada.types('a');
    await ada.sees('Approve: Run a Hugging Face Job on a10g-small [y/N]');
    ada.types(`y${ENTER}`);
    await ada.sees('92.8 %');
    expect(world.hub.jobs).toHaveLength(1);
    await ada.sees(' > > ');
    ada.types(`/ne${TAB}`);
    await ada.sees('/new');
    ada.types(ENTER);
    await ada.sees('What shall I do?');
    ada.types(`/sessions${ENTER}`);
    await ada.sees('Which one?');
    ada.types(ENTER);
    await ada.sees(`> ${TRAIN}`);
    await ada.sees('92.8 %');
    ada.types(`and which learning rate was that?${ENTER}`);
    await ada.sees('5e-5');
    await ada.sees(' > > ');
    ada.types(CTRL_D);
    expect(await ada.ended).toBe(0);
  });

  test('stops what goes on with Ctrl-C, and leaves with another one', async () => {
    world = await TerminalWorld.create();
    world.model.script = () => ({ text: 'never', hangs: true });
    const ada = new Sitter();
    await ada.sees('Ask for something');
    ada.types(`hello\u001b[D${ENTER}`);
    await ada.sees('working >');
    ada.types(CTRL_C);
    await ada.sees('Stopping');
    await ada.sees('working > > ');
    ada.types(CTRL_C);
    expect(await ada.ended).toBe(0);
  });

  test('is shown no escape sequence that a model wrote', async () => {
    world = await TerminalWorld.create();
    world.model.script = () => ({
      text: `${'so '.repeat(120)}\u001b]52;c;cm0=\u0007\u001b[2J\u009b2J\u202eend`,
    });
    const ada = new Sitter();
    await ada.sees('Ask for something');
    ada.types(`hello${ENTER}`);
    await ada.sees('end');
    expect(ada.raw).not.toMatch(/\]52;|\[2J|\u202e|\u009b/);
    ada.types(`/quit${ENTER}`);
    expect(await ada.ended).toBe(0);
  });
});
