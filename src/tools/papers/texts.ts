import type { Looked } from '../../hub/datasets.ts';
import type { Paper, PaperCollection } from '../../hub/papers.ts';
import type { RepoEntry } from '../../hub/repos.ts';
import type { Citation, CitedPaper, Snippet } from '../../hub/scholar.ts';
import { cut } from '../../lib/cut.ts';

/* What is told of papers: the useful first, short enough for a model to go on reading. */

const lines = (...parts: readonly (string | false | undefined)[]) => parts.filter(Boolean).join('\n');

export function listText(papers: readonly Paper[]): string {
  return papers
    .map((paper) =>
      lines(
        `**${paper.title}** (${paper.publishedAt || 'no date'}, ${paper.upvotes} upvotes) arxiv_id ${paper.id}`,
        paper.github && `Code: ${paper.github.url} (${paper.github.stars} stars)`,
        cut(paper.digest || paper.abstract, 300),
      ),
    )
    .join('\n\n');
}

export function scholarText(papers: readonly CitedPaper[], total: number): string {
  const more = total > papers.length ? [`(${total} fit; these are the first)`] : [];
  return [
    ...papers.map((paper) => lines(cited(paper), paper.digest && cut(paper.digest, 300))),
    ...more,
  ].join('\n\n');
}

const cited = ({ title, year, citations, venue, arxivId }: CitedPaper) =>
  `**${title}** (${[year ?? 'no year', `${citations} citations`, venue].filter(Boolean).join(', ')})${arxivId ? ` arxiv_id ${arxivId}` : ''}`;

const AUTHORS = 10;

export function detailText(id: string, paper: Paper | undefined, known: CitedPaper | undefined): string {
  const authors = paper?.authors ?? [];
  const names = authors.slice(0, AUTHORS).join(', ');
  return lines(
    `# ${paper?.title ?? known?.title ?? id}`,
    `https://arxiv.org/abs/${id} · https://huggingface.co/papers/${id}`,
    names && `By ${names}${authors.length > AUTHORS ? ` and ${authors.length - AUTHORS} others` : ''}`,
    [
      paper?.publishedAt,
      known?.venue,
      known && `${known.citations} citations, ${known.influential} of them influential`,
      paper && `${paper.upvotes} upvotes`,
    ]
      .filter(Boolean)
      .join(' · '),
    paper?.github && `Code: ${paper.github.url} (${paper.github.stars} stars)`,
    (paper?.keywords.length ?? 0) > 0 && `Keywords: ${paper?.keywords.join(', ')}`,
    (known?.digest || paper?.digest) && `\nIn short: ${known?.digest || paper?.digest}`,
    paper?.abstract && `\nAbstract: ${cut(paper.abstract, 2_000)}`,
  );
}

export function citationText(
  id: string,
  directions: readonly ('references' | 'citations')[],
  found: readonly Looked<Citation[]>[],
): string {
  const HEADS = { references: 'It builds on', citations: 'It is cited by' };
  const parts = directions.map((direction, i) => {
    const links = found[i];
    const head = `## ${HEADS[direction]}`;
    if (!links?.ok) return `${head}\n${links?.reason ?? ''}`;
    const sorted = [...links.value].sort((a, b) => Number(b.isInfluential) - Number(a.isInfluential));
    const shown = sorted.map(({ paper, isInfluential, intents, contexts }) =>
      lines(
        `- ${cited(paper)}${isInfluential ? ' **influential**' : ''}${intents.length > 0 ? ` (${intents.join(', ')})` : ''}`,
        direction === 'citations' && contexts[0] !== undefined && `  > ${cut(contexts[0], 200)}`,
      ),
    );
    return [head, ...(shown.length > 0 ? shown : ['(none is known)'])].join('\n');
  });
  return [`# ${id}`, ...parts].join('\n\n');
}

export const snippetText = (snippets: readonly Snippet[]): string =>
  snippets
    .map(({ title, arxivId, section, text }) =>
      lines(
        `**${title}**${arxivId ? ` arxiv_id ${arxivId}` : ''}${section ? `, ${section}` : ''}`,
        `> ${cut(text.replace(/\s+/g, ' '), 600)}`,
      ),
    )
    .join('\n\n');

export const repoText = (repos: readonly RepoEntry[], kind: 'dataset' | 'model', hubUrl: string): string =>
  repos
    .map(
      ({ id, downloads, likes, about }) =>
        `- [${id}](${hubUrl}/${kind === 'dataset' ? 'datasets/' : ''}${id}) (${downloads ?? 0} downloads, ${likes} likes${about ? `, ${about}` : ''})`,
    )
    .join('\n');

export const collectionText = (collections: readonly PaperCollection[], hubUrl: string): string =>
  collections
    .map(
      ({ slug, title, owner, items, upvotes, about }) =>
        `- [${title}](${hubUrl}/collections/${slug}) by ${owner} (${items} items, ${upvotes} upvotes)${about ? `: ${cut(about, 200)}` : ''}`,
    )
    .join('\n');
