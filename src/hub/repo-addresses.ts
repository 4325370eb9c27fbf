import type { RepoKind } from './paths.ts';

export type RepoAddress = { kind: RepoKind; id: string };

/** First parts of paths on the Hub's site that are nobody's name. */
const RESERVED: ReadonlySet<string> = new Set(
  [
    'api blog brand buckets changelog chat collections dashboard docs endpoints enterprise front hub inference',
    'inference-endpoints jobs join kernels learn login logout models new notifications oauth organizations',
    'papers posts pricing privacy search security settings spaces storage support tasks terms-of-service',
    'datasets subscribe welcome',
  ].flatMap((line) => line.split(' ')),
);

/**
 * The repository that an address of the Hub is of. Jobs, buckets, collections, kernels, papers and other
 * pages are none.
 */
export function repositoryOf(url: string, hubUrl: string): RepoAddress | undefined {
  const { host, pathname } = URL.parse(url) ?? {};
  if (host !== new URL(hubUrl).host && host !== 'huggingface.co' && host !== 'hf.co') return undefined;
  const [, kind = 'models', owner = '', name = ''] =
    /^\/(?:(datasets|spaces)\/)?([\w.-]+)\/([\w.-]+)/.exec(pathname ?? '') ?? [];
  if (name === '' || RESERVED.has(owner)) return undefined;
  return { kind: kind.slice(0, -1) as RepoKind, id: `${owner}/${name}` };
}
