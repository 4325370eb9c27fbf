import type { RepoAt } from '../hub/repo-client.ts';
import type { HubRepos } from '../hub/repos.ts';
import type { ApprovalRequest } from '../session/tool-calls.ts';

/** Who sees a repository, as cards say it. */
export const visibleTo = (isPrivate: boolean): ApprovalRequest['facts'][number] => ({
  label: 'Visible',
  value: isPrivate ? 'to its owners only (private)' : 'to everybody (public)',
});

/**
 * A request to put something into a repository, with who will see it. What everybody will see is never let
 * through unasked. It stays as it is for a repository that is not there yet. Throws for one that has moved:
 * the Hub takes nothing under its old name.
 */
export async function withVisibility(
  request: ApprovalRequest,
  repos: Pick<HubRepos, 'details'>,
  { kind, id }: RepoAt,
  signal: AbortSignal,
): Promise<ApprovalRequest> {
  const found = await repos.details(kind, id, signal);
  if (!found.ok) return request;
  const now = found.value.id;
  if (now.toLowerCase() !== id.toLowerCase()) {
    throw new Error(`${id} has moved, and is called ${now} on the Hub now: use that name.`);
  }
  const facts = [...request.facts, visibleTo(found.value.isPrivate)];
  if (found.value.isPrivate) return { ...request, facts };
  const warnings = [`${id} is public: everybody can see what is put there.`, ...request.warnings];
  return { ...request, facts, warnings, isAlwaysAsked: true };
}
