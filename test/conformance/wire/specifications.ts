import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ROOT } from '../../support/root.ts';

/** The files of a folder of specifications; its README says what each is. */
const FILES = [
  'discord.openapi.json',
  'hub.openapi.json',
  'dataset-viewer.openapi.json',
  'openai.openapi.json',
  'slack-manifest.schema.json',
  'slack-blocks-by-surface.json',
  'slack-payloads.jsonl',
] as const;

export type Specification = (typeof FILES)[number];

/** Where each specification is, or which places were looked at in vain. */
export type Found = { ok: true; file(name: Specification): string } | { ok: false; looked: string[] };

/**
 * The folder of specifications: the one that SPECS names, and else `shared/specs` beside this checkout, the
 * one that it is a work tree of, or the one that it was cloned from. CI has to name it (`.ci/run` does): what
 * is checked there can't hang on where a checkout happens to lie.
 */
export function specifications(): Found {
  const named = process.env.SPECS;
  if (!named && process.env.CI === 'true') return { ok: false, looked: ['SPECS, which names no folder'] };
  const beside = [ROOT, commonCheckout(), ...origins()].map((place) => join(place, '../shared/specs'));
  const looked = named ? [resolve(named)] : [...new Set(beside)];
  const folder = looked.find((place) => FILES.every((file) => existsSync(join(place, file))));
  return folder === undefined ? { ok: false, looked } : { ok: true, file: (name) => join(folder, name) };
}

const git = (...args: string[]): string => {
  try {
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return ''; // not a checkout, or there is no git
  }
};

const commonCheckout = (): string => dirname(resolve(ROOT, git('rev-parse', '--git-common-dir') || '.git'));

/** Folders on this machine that it was cloned from. */
function origins(): string[] {
  const origin = git('config', '--get', 'remote.origin.url').replace(/^file:\/\//, '');
  return origin.startsWith('/') ? [resolve(origin)] : [];
}
