import { existsSync, lstatSync, rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { lockDirectory } from '../../db/directory-lock.ts';
import { databaseIn, inspectDatabase, prepareDirectory } from '../../db/embedded-files.ts';
import { ConfigError } from '../../lib/config-error.ts';
import { FINE, type Finding, type Probe, refused } from '../../lib/probe.ts';

/** Looks whether the embedded record can be used, or begun, in a directory. Changes nothing that is there. */
export const dataDirectoryProbe = (directory: string): Probe => ({
  who: `the record in ${directory}`,
  async ask() {
    try {
      if (!mayBeThere(directory)) return whetherItCanBeMade(directory);
      prepareDirectory(directory);
      const unlock = lockDirectory(directory);
      try {
        inspectDatabase(databaseIn(directory));
      } finally {
        unlock();
      }
      return FINE;
    } catch (error) {
      if (error instanceof ConfigError) return refused(...error.faults);
      throw error;
    }
  },
});

/** Makes it and takes it away again: it is made for good when all else is right. */
function whetherItCanBeMade(directory: string): Finding {
  let first = resolve(directory);
  while (!existsSync(dirname(first))) first = dirname(first);
  prepareDirectory(directory);
  try {
    inspectDatabase(databaseIn(directory));
  } finally {
    let made = resolve(directory);
    for (; made !== first; made = dirname(made)) rmdirSync(made);
    rmdirSync(made);
  }
  return FINE;
}

/** Where it can't be looked for, because of what stands above it, it is for `prepareDirectory` to say why. */
function mayBeThere(directory: string): boolean {
  try {
    return lstatSync(directory, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
