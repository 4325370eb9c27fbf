/** Which repository, paper and dataset the double of the Hub knows. */
const REPO = { id: 'ada/tiny', kind: 'model' };
const PAPER = '2305.18290';

const each = <Name extends string>(names: readonly Name[], args: object) =>
  names.map((operation) => ({ operation, ...args }));

/**
 * Calls of every tool, so that each of its readers of what others made is reached: with the tools of the
 * registry as keys. A new tool belongs here with its operations.
 */
export const HOSTILE_CALLS: Readonly<Record<string, readonly object[]>> = {
  plan_tool: [{ todos: [{ id: '1', content: 'x', status: 'pending' }] }],
  research: [{ task: 'Look this up for me.' }],
  explore_hf_docs: [
    { endpoint: 'trl', query: 'dpo trainer' },
    { endpoint: 'trl', max_results: 50 },
  ],
  fetch_hf_docs: [
    { url: '<hub>/docs/trl/dpo_trainer' },
    { url: '<hub>/docs/trl/dpo_trainer', contents: true },
    { url: '<hub>/docs/trl/dpo_trainer', section: 'Loss' },
  ],
  find_hf_api: [{ query: 'models' }, { tag: 'repos' }],
  hf_papers: [
    ...each(['trending', 'search', 'snippet_search'], { query: 'preference beta', limit: 50 }),
    { operation: 'search', query: 'preference', min_citations: 1, limit: 50 },
    ...each(
      [
        'paper_details',
        'read_paper',
        'citation_graph',
        'recommend',
        'find_datasets',
        'find_models',
        'find_collections',
        'find_all_resources',
      ],
      { arxiv_id: PAPER, limit: 50 },
    ),
    { operation: 'read_paper', arxiv_id: PAPER, section: 'Experiments' },
  ],
  web_search: [{ query: 'how to train' }],
  notify: [{ destinations: ['alerts'], title: 'x', message: 'x' }],
  compare_runs: [{ runs: ['IMDB baseline', 'IMDB lora'] }],
  hf_inspect_dataset: [{ dataset: 'stanfordnlp/imdb', sample_rows: 10 }, { dataset: 'ada/rows' }],
  hub_repo_details: [REPO],
  hub_search: [{ kind: 'model', query: 'tiny', limit: 50 }],
  github_find_examples: [{ repo: 'trl', keyword: 'dpo', max_results: 100 }],
  github_list_repos: [{ owner: 'huggingface', limit: 100 }],
  github_read_file: [
    { repo: 'huggingface/trl', path: 'examples/scripts/dpo.py' },
    { repo: 'huggingface/trl', path: 'examples/notebooks/grpo.ipynb' },
    { repo: 'huggingface/trl', path: 'examples' },
  ],
  github_search_code: [{ query: 'DPOTrainer', limit: 50 }],
  hf_repo_files: [
    ...each(['list', 'read'], { ...REPO, path: 'README.md', recursive: true }),
    { operation: 'list', ...REPO, recursive: true },
    { operation: 'upload', ...REPO, path: 'a.txt', content: 'x' },
    { operation: 'delete', ...REPO, patterns: ['*.txt'] },
  ],
  hf_repo_git: [
    ...each(['list_refs', 'list_prs'], { ...REPO, status: 'all' }),
    ...each(['get_pr', 'comment_pr', 'change_pr_status', 'close_pr', 'merge_pr'], {
      ...REPO,
      number: 1,
      text: 'x',
      status: 'closed',
    }),
    ...each(['create_branch', 'delete_branch'], { ...REPO, branch: 'b' }),
    ...each(['create_tag', 'delete_tag'], { ...REPO, tag: 't' }),
    ...each(['create_pr', 'update_repo', 'create_repo'], {
      ...REPO,
      title: 'A change',
      text: 'x',
      private: true,
    }),
  ],
  hf_jobs: [
    ...each(['run', 'scheduled run'], { script: 'print(1)', schedule: '@hourly' }),
    ...each(['ps', 'logs', 'inspect', 'cancel'], { job_id: '<job>' }),
    ...each(
      [
        'hardware',
        'scheduled ps',
        'scheduled inspect',
        'scheduled suspend',
        'scheduled resume',
        'scheduled delete',
      ],
      { scheduled_job_id: '<scheduled>' },
    ),
    { operation: 'run', script: 'https://example.org/train.py', script_args: ['--name', 'x'] },
    { operation: 'ps', all: true },
    { operation: 'run', script: '/work/big.py' },
  ],
  hf_dataset_push: [
    { path: 'big.csv', dataset: 'ada/pushed' },
    { path: 'deep.json', dataset: 'ada/pushed' },
  ],
  sandbox_create: [{ hardware: 't4-small' }, { hardware: 'cpu-basic' }],
  bash: [
    { command: 'cat /work/noise.txt /work/noise.txt' },
    { command: 'head -c 60000000 /dev/zero' },
    { command: "yes 'pass\u001b[31mword: \u001b]0;' | head -c 30000000" },
    { command: 'cat /work/noise.txt', background: true },
    { command: 'ls', work_dir: '/work/many' },
    { command: 'ls', work_dir: 'no/such' },
    { process: 'p1' },
  ],
  read: [{ path: 'noise.txt' }, { path: 'big.csv', offset: 400_000 }, { path: '/work/many' }],
  write: [{ path: 'w.txt', content: '<noise>' }],
  edit: [
    { path: 'w.txt', old_str: 'word', new_str: '<noise>' },
    { path: 'noise.txt', old_str: 'password: ', new_str: 'x', replace_all: true },
    { path: 'big.csv', old_str: '1,2\n', new_str: '<noise>', replace_all: true },
  ],
  share_file: [{ path: 'noise.txt', comment: 'look' }],
};

const MB = 1_000_000;

/** Arguments as a model that means harm, or has lost its way, writes them: `args` are right ones. */
export function hostileArguments(args: object): readonly (readonly [what: string, text: string])[] {
  const fill = (value: (text: string) => unknown) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(args).map(([key, old]) => [key, typeof old === 'string' ? value(old) : old]),
      ),
    );
  const with_ = (more: string) => `${JSON.stringify(args).slice(0, -1)},${more}}`;
  return [
    ['one text of megabytes', JSON.stringify({ ...args, [longKey(args)]: 'password: '.repeat(99_000) })],
    ['texts of a megabyte', fill((text) => text + '"\\n-----END PRIVATE KEY-----\nabcd'.repeat(MB / 80))],
    [
      'lists in place of texts',
      fill((text) => Array.from({ length: 100_000 / Math.max(1, text.length) }, () => text)),
    ],
    ['names that no tool knows', with_(names(70_000))],
    ['lists in lists', with_(`"x":${'['.repeat(MB / 2)}${']'.repeat(MB / 2)}`)],
    ['objects in objects', with_(`"x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)],
    ['brackets alone', '['.repeat(MB)],
    ['half a text', `{"a":"${'\\u0000'.repeat(160_000)}`],
    ['a number without end', `{"a":${'9'.repeat(MB)}}`],
  ];
}

/** The text that is longest as it is. */
const longKey = (args: object): string =>
  Object.entries(args)
    .filter(([, value]) => typeof value === 'string')
    .sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? 'x';

const names = (count: number): string => Array.from({ length: count }, (_, i) => `"n${i}":${i}`).join(',');
