import { withProvenance } from '../hub/card.ts';

/** The card of a repository that is made in a session: it says where it comes from. */
export function provenanceCard(id: string, sessionId: string, sdk?: string): string {
  const name = id.split('/').at(-1);
  const head = sdk ? `---\ntitle: ${name}\nsdk: ${sdk}\n---\n` : '';
  return withProvenance(`${head}\n# ${name}\n`, sessionId);
}
