import { spawn } from 'node:child_process';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** Runs commands in a folder as they are, without confinement: for what is not about that. */
export const plainSandbox = (folder: () => string): Pick<Sandbox, 'run'> => ({
  run: ([program = '', ...args], { stdin, onOutput, signal }) =>
    new Promise((done, fail) => {
      const child = spawn(program, args, { cwd: folder(), stdio: ['pipe', 'pipe', 'pipe'], detached: true });
      signal.addEventListener('abort', () => process.kill(-(child.pid ?? 0), 'SIGKILL'), { once: true });
      child.on('error', fail);
      child.on('close', (code) =>
        signal.aborted ? fail(signal.reason) : done({ kind: 'exited', code: code ?? 1 }),
      );
      child.stdout.on('data', onOutput);
      child.stderr.on('data', onOutput);
      child.stdin.on('error', () => {}); // it has not read all
      child.stdin.end(stdin);
    }),
});
