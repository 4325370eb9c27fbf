import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';

/** What a process does that watches over what nobody catches, and has this happen to it. */
async function run(code: string): Promise<{ code: number | null; lines: Record<string, unknown>[] }> {
  const program = `
    const { createLogger } = await import('./src/lib/log.ts');
    const { watchForUnhandled } = await import('./src/lib/unhandled.ts');
    const log = createLogger('info', (line) => line.replaceAll('s3cret', '[redacted]'));
    watchForUnhandled(process, log, () => {
      log.info('handed over');
      process.exit(1);
    });
    ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT });
  const [out, exit] = await Promise.all([
    text(child.stdout),
    new Promise<number | null>((resolve) => child.on('exit', resolve)),
  ]);
  const lines = out.split('\n').filter(Boolean);
  return { code: exit, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a promise that is rejected and that nobody waits for is logged, without secrets, and the process goes on', async () => {
  const { code, lines } = await run(`
    void Promise.reject(new TypeError('no s3cret here'));
    void Promise.reject('only words');
    setTimeout(() => log.info('still there'), 50);`);
  expect(code).toBe(0);
  expect(lines).toMatchObject([
    { err: { type: 'TypeError', message: 'no [redacted] here' }, rejections: 1 },
    { err: { message: 'only words' }, rejections: 2 },
    { msg: 'still there' },
  ]);
});

test('an exception that nobody catches is logged, and the process hands over and ends with a code that says so', async () => {
  const { code, lines } = await run(`
    setTimeout(() => { throw new Error('no s3cret here'); }, 1);
    setTimeout(() => log.info('still there'), 5_000);`);
  expect(code).toBe(1);
  expect(lines).toMatchObject([{ err: { message: 'no [redacted] here' } }, { msg: 'handed over' }]);
});
