import type { Step } from '../../session/tool-calls.ts';
import { joined, step, words } from '../steps.ts';

/** What a call looks up of papers. */
type Looked = {
  operation: string;
  arxiv_id?: string | undefined;
  query?: string | undefined;
  section?: string | undefined;
};

/** The same as people would say it. */
export function stepOf({ operation, arxiv_id, query, section }: Looked): Step {
  const paper = `paper ${arxiv_id ?? ''}`;
  const asked = query && `for ${words(query)}`;
  switch (operation) {
    case 'trending':
      return step('look through', joined('the papers of the day', asked));
    case 'search':
      return step('search', joined('papers', asked));
    case 'snippet_search':
      return step('search', joined('inside of papers', asked));
    case 'read_paper':
      return step('read', joined(section && `“${section}” of`, paper));
    case 'citation_graph':
      return step('follow', `the citations of ${paper}`);
    case 'recommend':
      return step('look for', `papers like ${arxiv_id ?? 'those that were liked'}`);
    case 'find_datasets':
    case 'find_models':
    case 'find_collections':
      return step('look for', `${operation.slice('find_'.length)} of ${paper}`);
    case 'find_all_resources':
      return step('look for', `what the Hub has of ${paper}`);
    default:
      return step('look at', paper);
  }
}
