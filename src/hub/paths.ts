export type RepoKind = 'model' | 'dataset' | 'space';

/*
 * Addresses of what is in repositories. Names of files have any character: a `#` ends an address, a `?` ends
 * its path, a `%` begins an escape, so each part is encoded by itself. A revision is one part, with its
 * slashes: https://huggingface.co/.well-known/openapi.json, `{rev}`.
 */

/** A name that would lead to another place than it names. */
export class NoSuchName extends Error {}

/** One part of an address. Clients take `.` and `..` for folders, however they are written. */
export function part(name: string): string {
  if (name === '.' || name === '..') throw new NoSuchName(`There is nothing called "${name}" on the Hub.`);
  return encodeURIComponent(name.toWellFormed());
}

/** The path of a file or folder, for an address. */
export const partsOf = (path: string): string => path.split('/').map(part).join('/');

/** The page of a repository, for people. */
export const pageOf = (hubUrl: string, kind: RepoKind, id: string): string =>
  `${hubUrl}/${kind === 'model' ? '' : `${kind}s/`}${partsOf(id)}`;

type Place = { kind: RepoKind; id: string; revision?: string | undefined; path: string };

/** A file: its page for people, or its bytes. */
export const fileUrl = (
  hubUrl: string,
  what: 'blob' | 'resolve',
  { kind, id, revision = 'main', path }: Place,
): string => `${pageOf(hubUrl, kind, id)}/${what}/${part(revision)}/${partsOf(path)}`;

/** What people see of a branch or a tag. */
export const treeUrl = (page: string, revision: string): string => `${page}/tree/${part(revision)}`;
