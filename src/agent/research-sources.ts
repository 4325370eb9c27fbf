import { z } from 'zod';
import { parsedJson } from '../ops/json.ts';

type MadeCall = { name: string; arguments: string; state: { kind: 'done' | 'failed' } };

const text = z.string().optional();
const Arguments = z.looseObject({
  operation: text,
  arxiv_id: text,
  url: text,
  repo: text,
  path: text,
  dataset: text,
  id: text,
  kind: text,
});

/** What a call has read, as an address; undefined where it only searched. */
const SOURCES: Readonly<Record<string, (args: z.infer<typeof Arguments>) => string | undefined>> = {
  hf_papers: ({ operation, arxiv_id }) =>
    arxiv_id && (operation === 'read_paper' || operation === 'paper_details')
      ? `https://arxiv.org/abs/${arxiv_id.replace(/^.*\/(?=\d)/, '')}`
      : undefined,
  fetch_hf_docs: ({ url }) => url,
  github_read_file: ({ repo, path }) =>
    repo && `https://github.com/${repo}${path ? `/blob/HEAD/${path}` : ''}`,
  hf_inspect_dataset: ({ dataset }) => dataset && `https://huggingface.co/datasets/${dataset}`,
  hub_repo_details: ({ id, kind }) => id && repository(kind, id),
  hf_repo_files: ({ id, kind = 'model', path }) => id && path && `${repository(kind, id)}/blob/main/${path}`,
};

const repository = (kind: string | undefined, id: string): string =>
  `https://huggingface.co/${kind === 'model' ? '' : `${kind}s/`}${id}`;

/** What was read, each once, in order. */
export function sourcesOf(calls: readonly MadeCall[]): string[] {
  const found = calls.flatMap(({ name, arguments: json, state }) => {
    if (state.kind === 'failed') return [];
    return SOURCES[name]?.(argumentsIn(json)) ?? [];
  });
  return [...new Set(found)];
}

const argumentsIn = (json: string): z.infer<typeof Arguments> =>
  Arguments.safeParse(parsedJson(json)).data ?? {};
