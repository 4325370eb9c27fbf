import type { Action } from '../../src/controller/actions.ts';
import type { Command } from '../../src/controller/commands.ts';
import type { Subject } from '../../src/controller/forms.ts';
import type { Operation } from '../../src/session/operations.ts';

/*
 * Every kind of id that a tool, a button, a menu, a form or a command takes. What is of a kind that belongs
 * to somebody is tried out of another workspace; what names nothing that belongs to anybody says so.
 */

/** Kinds that belong to a session, a thread, a channel or a workspace, and where each is tried. */
export const TRIED = {
  call: ['soak/tenants', 'with every kind of id of another workspace'],
  question: ['soak/tenants', 'with every kind of id of another workspace'],
  watch: ['soak/tenants', 'with every kind of id of another workspace'],
  job: ['soak/tenants', 'with every kind of id of another workspace'],
  'scheduled job': ['soak/tenants', 'with every kind of id of another workspace'],
  session: ['soak/tenants', 'with every kind of id of another workspace'],
  'message of a transcript': ['soak/tenants', 'with every kind of id of another workspace'],
  'message of the platform': ['soak/tenants', 'with every kind of id of another workspace'],
  'repository of the bot itself': ['soak/tenants-sandboxes', 'that are the bot’s own'],
  'file of a session': ['soak/tenants-sandboxes', 'files and processes of another'],
  'process of a sandbox': ['soak/tenants-sandboxes', 'files and processes of another'],
  'listed channel': ['e2e/announcements', 'no channel that is not listed, of another workspace'],
  account: ['soak/tenants', 'with every kind of id of another workspace'],
} as const;

export type IdKind =
  | keyof typeof TRIED
  /** A name that means the same to everybody: of a model, a paper, a repository of GitHub. */
  | 'public'
  /** Belongs to what another argument names: a branch, a file of a repository. */
  | 'within'
  /** No id. */
  | 'text';

type Within<Kinds, Tag extends string> =
  Kinds extends Record<Tag, infer Name extends string>
    ? `${Name}.${Exclude<keyof Kinds, Tag> & string}`
    : never;
type FieldOf<Name extends string> = Name extends `${string}.` ? never : Name;

/** What buttons and menus carry. A new field does not compile before it is here. */
export const OF_ACTIONS: Record<FieldOf<Within<Action, 'kind'>>, IdKind> = {
  'approve.calls': 'call',
  'reject.calls': 'call',
  'open_script.toolCallId': 'call',
  'replace_script.toolCallId': 'call',
  'choose.toolCallId': 'call',
  'choose.argument': 'text',
  'choose.value': 'text',
  'job.control': 'text',
  'job.watchId': 'watch',
  'job.isSure': 'text',
  ...{ 'let_run.watchId': 'watch', 'let_run.cause': 'within' },
  'menu.choice': 'text',
  'feedback.verdict': 'text',
  'feedback.messageId': 'message of a transcript',
  'channel_settings.half': 'text',
  'question.asked': 'question',
  'question.isDeclined': 'text',
  'offer.messageId': 'message of a transcript',
  'offer.index': 'within',
  'sort_runs.order': 'text',
  'steps.exchange': 'within',
  'compare_picked.watchIds': 'watch',
};

/** What forms carry. */
export const OF_FORMS: Record<FieldOf<Within<Subject, 'form'>>, IdKind> = {
  'reject.calls': 'call',
  'script.toolCallId': 'call',
  'why.messageId': 'message of a transcript',
  'channel.half': 'text',
  'answer.asked': 'question',
  'ask.quote': 'text',
  'ask.messageId': 'message of the platform',
};

/** What commands of a platform take. */
export const OF_COMMANDS: Record<FieldOf<Within<Command, 'kind'>>, IdKind> = {
  'new.request': 'text',
  'status.session': 'session',
  'model.id': 'public',
  'experiments.by': 'text',
};

/** What people’s words, and the bot’s own, come to: the session is the thread’s in each. */
export const OF_OPERATIONS: Record<FieldOf<Within<Operation, 'kind'>>, IdKind> = {
  ...{ 'user_input.text': 'text', 'user_input.author': 'text', 'user_input.writtenAt': 'text' },
  'user_input.messageId': 'message of the platform',
  ...{ 'user_input.background': 'text', 'user_input.attached': 'text', 'user_input.isAside': 'text' },
  ...{ 'user_input.files': 'file of a session', 'user_input.images': 'file of a session' },
  'background.text': 'text',
  'exec_approval.decisions': 'call',
  'compact.by': 'text',
  ...{ 'interrupt.by': 'text', 'interrupt.keepsJobs': 'text', 'interrupt.mayNotEndJobs': 'text' },
  ...{ 'undo.by': 'text', 'undo.mayNotEndJobs': 'text' },
  'new.by': 'text',
  ...{ 'resume.by': 'text', 'resume.mayPassBudgets': 'text' },
  'shutdown.by': 'text',
  ...{ 'model.by': 'text', 'model.id': 'public' },
  ...{ 'effort.by': 'text', 'effort.level': 'text' },
  ...{ 'export.by': 'text', 'export.format': 'text' },
  'share.by': 'text',
  'job_ended.watchId': 'watch',
  ...{ 'job_alarm.watchId': 'watch', 'job_alarm.text': 'text' },
  ...{ 'cancel_job.watchId': 'watch', 'cancel_job.by': 'text', 'cancel_job.mayNotEndJobs': 'text' },
  ...{ 'job_file.watchId': 'watch', 'job_file.what': 'text', 'job_file.by': 'text' },
  ...{ 'compare_jobs.watchIds': 'watch', 'compare_jobs.by': 'text' },
  ...{ 'rerun_job.watchId': 'watch', 'rerun_job.by': 'text', 'rerun_job.remedy': 'text' },
  ...{ 'watch_job.namespace': 'account', 'watch_job.jobId': 'job', 'watch_job.by': 'text' },
};

const OWN_REPOSITORY = 'repository of the bot itself';
const FILE = 'file of a session';

/** What tools take beside choices out of a list, figures and switches. */
export const OF_TOOLS: Readonly<Record<string, IdKind>> = {
  'plan_tool.todos': 'text',
  'hf_papers.arxiv_id': 'public',
  'hf_papers.query': 'text',
  'hf_papers.section': 'within',
  ...{ 'hf_papers.date': 'text', 'hf_papers.date_from': 'text', 'hf_papers.date_to': 'text' },
  'hf_papers.categories': 'text',
  ...{ 'hf_papers.liked': 'public', 'hf_papers.disliked': 'public' },
  'explore_hf_docs.query': 'text',
  ...{ 'fetch_hf_docs.url': 'public', 'fetch_hf_docs.section': 'within' },
  ...{ 'find_hf_api.query': 'text', 'find_hf_api.tag': 'text' },
  ...{ 'github_find_examples.repo': 'public', 'github_find_examples.org': 'public' },
  'github_find_examples.keyword': 'text',
  'github_list_repos.owner': 'public',
  'github_read_file.repo': 'public',
  ...{ 'github_read_file.path': 'within', 'github_read_file.ref': 'within' },
  ...{ 'github_search_code.query': 'text', 'github_search_code.repo': 'public' },
  'compare_runs.runs': 'job',
  'notify.destinations': 'listed channel',
  ...{ 'notify.title': 'text', 'notify.message': 'text' },
  'web_search.query': 'text',
  ...{ 'web_search.allowed_domains': 'public', 'web_search.blocked_domains': 'public' },
  ...{ 'hub_search.query': 'text', 'hub_search.owner': 'public', 'hub_search.tags': 'text' },
  'hub_repo_details.id': OWN_REPOSITORY,
  'hf_inspect_dataset.dataset': OWN_REPOSITORY,
  ...{ 'hf_inspect_dataset.config': 'within', 'hf_inspect_dataset.split': 'within' },
  'hf_repo_files.id': OWN_REPOSITORY,
  ...{ 'hf_repo_files.path': 'within', 'hf_repo_files.revision': 'within' },
  ...{ 'hf_repo_files.content': 'text', 'hf_repo_files.message': 'text', 'hf_repo_files.sha256': 'text' },
  'hf_repo_files.from': FILE,
  'hf_repo_files.patterns': 'within',
  'hf_repo_git.id': OWN_REPOSITORY,
  ...{ 'hf_repo_git.branch': 'within', 'hf_repo_git.tag': 'within', 'hf_repo_git.revision': 'within' },
  ...{ 'hf_repo_git.title': 'text', 'hf_repo_git.text': 'text', 'hf_repo_git.gated': 'text' },
  'hf_jobs.script': FILE,
  ...{ 'hf_jobs.python': 'public', 'hf_jobs.script_args': 'text' },
  ...{ 'hf_jobs.preflight': 'text', 'hf_jobs.smoke_test': 'text' },
  ...{ 'hf_jobs.dependencies': 'public', 'hf_jobs.image': 'public' },
  ...{ 'hf_jobs.command': 'text', 'hf_jobs.env': 'text', 'hf_jobs.timeout': 'text' },
  ...{ 'hf_jobs.hardware_flavor': 'public', 'hf_jobs.schedule': 'text', 'hf_jobs.name': 'text' },
  'hf_jobs.secrets': 'account',
  'hf_jobs.stop_when': 'text',
  'hf_jobs.trackio_space_id': OWN_REPOSITORY,
  'hf_jobs.trackio_project': 'within',
  'hf_jobs.scheduled_job_id': 'scheduled job',
  'hf_jobs.namespace': 'account',
  'hf_jobs.job_id': 'job',
  'hf_dataset_push.path': FILE,
  'hf_dataset_push.dataset': OWN_REPOSITORY,
  'hf_dataset_push.sha256': 'text',
  ...{ 'hf_dataset_push.config': 'within', 'hf_dataset_push.split': 'within' },
  ...{ 'bash.command': 'text', 'bash.work_dir': FILE },
  'bash.process': 'process of a sandbox',
  'read.path': FILE,
  ...{ 'write.path': FILE, 'write.content': 'text' },
  ...{ 'edit.path': FILE, 'edit.old_str': 'text', 'edit.new_str': 'text' },
  ...{ 'share_file.path': FILE, 'share_file.comment': 'text' },
  'sandbox_create.hardware': 'public',
  ...{ 'research.task': 'text', 'research.context': 'text' },
};
