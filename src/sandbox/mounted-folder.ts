import { realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A folder of this machine that code in a local sandbox sees, at the path that it has here. */
export type MountedFolder = { path: string; isWritable: boolean };

/** The folder, as it really is; or why it is not lent out. */
export type FoundFolder = { ok: true; folder: MountedFolder } | { ok: false; problem: string };

/** What is of the bot and of whoever runs it, and is in no folder that is lent out. */
export type Kept = {
  /** Their home. */
  home: string;
  /** Folders of the bot: its record and sandboxes. Nothing of them is lent out either. */
  data: readonly string[];
  /** Where its `.env` is. */
  directory: string;
};

/** Folders that the sandbox has for itself, or by which a machine is run, with all that is in them. */
const SYSTEM =
  /^\/(?:bin|boot|dev|etc|lib(?:32|64|x32)?|proc|run|sbin|sys|usr|work|opt\/(?:bin|proxy)|var\/run)(?:\/|$)/;

/** Those of which only parts are lent out. */
const TOO_MUCH: ReadonlySet<string> = new Set(['/', '/home', '/opt', '/root', '/tmp', '/var', '/Users']);

/** Where programs keep keys and tokens; those of the Hub stand beside its cache. */
const CREDENTIALS =
  /\/\.(?:aws|azure|config|docker|gnupg|kube|password-store|ssh)(?:\/|$)|\/(?:\.cache|\.cache\/huggingface)$/;

/**
 * Finds a folder that somebody names as `DIR`, to be read, or as `DIR:rw`. Links are followed first: what
 * counts is where it really is.
 */
export function mountedFolder(named: string, kept: Kept): FoundFolder {
  const isWritable = named.endsWith(':rw');
  const given = named.replace(/:r[ow]$/, '');
  const refused = (why: string): FoundFolder => ({ ok: false, problem: `--mount ${given}: ${why}` });
  const path = realOf(given);
  if (path === undefined || !statSync(path).isDirectory()) return refused('there is no such folder.');
  if (/[\p{Cc}]/u.test(path)) return refused('its name has control characters.');
  if (TOO_MUCH.has(path) || SYSTEM.test(path))
    return refused(`${path} is the machine’s own: name one within.`);
  if (CREDENTIALS.test(path)) return refused('keys and tokens are kept there: name another folder.');
  const home = realOf(kept.home);
  if (home !== undefined && holds(path, home)) return refused('your home is in it: name a folder within.');
  for (const own of kept.data.map(realOf)) {
    if (own !== undefined && (holds(path, own) || holds(own, path))) {
      return refused(`the bot’s own data is there (${own}).`);
    }
  }
  // Where a link leads, and where it stands.
  const secrets = [realOf(join(kept.directory, '.env')), realOf(kept.directory)];
  if (secrets.some((one) => one !== undefined && holds(path, one))) {
    return refused('the .env of the bot is in it, with its secrets: name a folder within.');
  }
  return { ok: true, folder: { path, isWritable } };
}

const holds = (folder: string, path: string): boolean => !/^\.\.(?:\/|$)/.test(relative(folder, path));

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // nobody knows where what is not there is
  }
}

/** What the model is told of it. */
export const mountedText = ({ path, isWritable }: MountedFolder): string =>
  isWritable
    ? `The folder ${path} of this person's machine is there as well, and can be written to. Its files are theirs: change and remove only what they have asked for.`
    : `The folder ${path} of this person's machine is there as well, to be read only.`;
