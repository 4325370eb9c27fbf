import type { z } from 'zod';
import type { Step } from '../../session/tool-calls.ts';
import { step } from '../steps.ts';
import type { Arguments } from './arguments.ts';

/** What a call does with a repository, as people would say it. */
export function stepOf({ operation, id, kind, branch, tag, number }: z.infer<typeof Arguments>): Step {
  const pull = `pull request #${number ?? ''} of ${id}`;
  switch (operation) {
    case 'list_refs':
      return step('list', `the branches and tags of ${id}`);
    case 'create_branch':
      return step('make', `the branch ${branch} of ${id}`);
    case 'delete_branch':
      return step('delete', `the branch ${branch} of ${id}`);
    case 'create_tag':
      return step('make', `the tag ${tag} of ${id}`);
    case 'delete_tag':
      return step('delete', `the tag ${tag} of ${id}`);
    case 'list_prs':
      return step('list', `the pull requests of ${id}`);
    case 'get_pr':
      return step('read', pull);
    case 'create_pr':
      return step('open', `a pull request in ${id}`);
    case 'comment_pr':
      return step('comment on', pull);
    case 'change_pr_status':
      return step('change', `the status of ${pull}`);
    case 'close_pr':
      return step('close', pull);
    case 'merge_pr':
      return step('merge', pull);
    case 'create_repo':
      return step('make', `the ${kind} ${id}`);
    case 'update_repo':
      return step('change', `the settings of ${id}`);
    default:
      return operation satisfies never;
  }
}
