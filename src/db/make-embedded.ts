import { makeNew, reasonOf } from './embedded.ts';

/*
 * The program that makes an embedded database, started by `makeApart`. Says on standard error, in one line,
 * why it can't.
 */
const [, , path = ''] = process.argv;
try {
  await makeNew(path);
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
