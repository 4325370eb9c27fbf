import { z } from 'zod';
import { Kind, RepoId } from '../hub-repos.ts';

/** https://git-scm.com/docs/git-check-ref-format */
const Ref = z
  .string()
  .regex(
    /^(?!\/)(?!.*(?:\.\.|\/\/|@\{|\/$|\.$))[^\p{C}\s~^:?*[\\]{1,200}$/u,
    'is not a name of a branch or tag',
  );

export const Arguments = z.strictObject({
  operation: z.enum([
    'list_refs',
    'create_branch',
    'delete_branch',
    'create_tag',
    'delete_tag',
    'list_prs',
    'get_pr',
    'create_pr',
    'comment_pr',
    'change_pr_status',
    'close_pr',
    'merge_pr',
    'create_repo',
    'update_repo',
  ]),
  kind: Kind.default('model'),
  id: RepoId,
  branch: Ref.optional(),
  tag: Ref.optional(),
  revision: Ref.optional().describe('create_branch, create_tag: from where; main by default.'),
  number: z.number().int().min(1).optional().describe('Of a pull request.'),
  title: z.string().min(3).max(200).optional().describe('create_pr.'),
  text: z
    .string()
    .max(20_000)
    .optional()
    .describe('Description of a pull request, comment, or a tag’s message.'),
  status: z
    .enum(['open', 'closed', 'all'])
    .optional()
    .describe('list_prs; change_pr_status: open (which publishes a draft) or closed.'),
  private: z.boolean().optional().describe('create_repo (true by default), update_repo.'),
  gated: z
    .union([z.enum(['auto', 'manual']), z.literal(false)])
    .optional()
    .describe('update_repo: who may have it on request.'),
  sdk: z.enum(['gradio', 'streamlit', 'docker', 'static']).optional().describe('create_repo of a Space.'),
});
export type Arguments = z.infer<typeof Arguments>;
