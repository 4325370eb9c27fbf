#!/usr/bin/env node
/*
 * `npx ml-intern`, from the clone: starts the Node.js that `npm ci` has installed, whatever the one is that
 * runs this.
 */
const path = require('node:path');
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');

const root = path.join(__dirname, '..');
const installed = path.join(root, 'node_modules', 'node', 'bin', 'node');
const node = existsSync(installed) ? installed : process.execPath;
const version = path.join(root, 'src', 'node-version.cjs');

// As `npm start` has it: by default V8 keeps three times that for what is young, and gives none of it back.
const words = ['--max-semi-space-size=16', '-r', version, path.join(__dirname, 'run.ts')].concat(
  process.argv.slice(2),
);
const child = spawn(node, words, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });

// A terminal sends its signals to both processes; what is sent to this one alone is told to the other.
['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
  process.on(signal, () => {
    if (child.connected) child.send({ signal });
  });
});
child.on('error', (error) => {
  process.stderr.write(`ml-intern: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code) => process.exit(code === null ? 1 : code));
