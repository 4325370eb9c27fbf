import { expect, test } from 'vitest';
import { SESSION_LABEL } from '../../src/jobs/labels.ts';
import { lastText, type ModelScript } from '../doubles/model.ts';
import { BOT, SECOND_TEAM, type SlackMessage } from '../doubles/slack/workspace.ts';
import { install, letInstall } from '../support/slack-installs.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/*
 * Two workspaces that share an account, whose sessions have Spaces for sandboxes: the model of one, and
 * people who say yes to whatever it asks, try everything with what belongs to the sandboxes and shared
 * sessions of the other.
 */

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const MARK = /TENANT-ONE/;

/** Makes the calls that somebody writes out, and says what each returned. */
const script: ModelScript = (request) => {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return { text: `result: ${last.content}` };
  const [, name = '', args = ''] = /CALL (\w+) (\{.*\})/.exec(lastText(request)) ?? [];
  return name === '' ? { text: 'heard' } : { calls: [{ name, arguments: JSON.parse(args) }] };
};

async function beginWithBoth(): Promise<void> {
  await begin(script, {
    mode: 'http',
    isStarted: false,
    approvers: ['anyone'],
    configure: (config) => {
      config.sandbox.kind = 'space';
    },
  });
  letInstall(world, [BOT.team_id, SECOND_TEAM]);
  world.hub.course = () => ({ queueMs: 0, runMs: 1, stage: 'COMPLETED', lines: [] });
  await world.start();
  for (const team of [BOT.team_id, SECOND_TEAM]) expect((await install(world, team)).status).toBe(200);
}

/** Has a call made in a new thread of a channel, approved where that is asked, and gives what came of it. */
async function called(channel: string, name: string, args: object): Promise<string> {
  const { slack } = world;
  const first = slack.mention('U0ADA', channel, `CALL ${name} ${JSON.stringify(args)}`);
  const has = (text: string) => world.replies(first).find((message) => shown(message).includes(text));
  const what = () => `${name} ${JSON.stringify(args)}: ${world.describe(first)}`;
  const seen = await until(what, () => has('result: ') ?? has('"action_id":"approve"'));
  if (has('result: ') === undefined) {
    slack.click('U0ADA', seen, 'approve');
    await until(what, () => has('result: '));
  }
  return world.describe(first);
}

/** The same in the second workspace for many, several at once. */
async function allCalled(calls: readonly (readonly [name: string, args: object])[]): Promise<string[]> {
  const told: string[] = [];
  for (let at = 0; at < calls.length; at += AT_ONCE) {
    const some = calls.slice(at, at + AT_ONCE).map(([name, args]) => called('C0TWO', name, args));
    told.push(...(await Promise.all(some)));
  }
  return told;
}

const AT_ONCE = 6;

/** Ada's session in the first workspace has files, a process, and is shared. */
async function firstWorks(): Promise<{ space: string; sessionId: string }> {
  const { slack, hub } = world;
  const command = 'echo TENANT-ONE > secret.py; mkdir -p attachments; echo TENANT-ONE > attachments/a.csv';
  const first = slack.mention('U0ADA', 'C0ML', `CALL bash ${JSON.stringify({ command })}`);
  await world.reply(first, 'exit code 0');
  const more = (text: string): SlackMessage => slack.say('U0ADA', 'C0ML', text, first.ts);
  more(`CALL bash ${JSON.stringify({ command: 'echo TENANT-ONE; sleep 600', background: true })}`);
  await world.reply(first, 'Started in the background as');
  more('share');
  await until('it is shared', () => hub.repos.find('dataset', 'ada/ml-intern-sessions')?.files.size || false);
  const space = hub.repos.all.find(({ kind, id }) => kind === 'space' && id.includes('-s_'))?.id ?? '';
  const sessionId = /s_\w+$/.exec(space)?.[0] ?? '';
  expect([space, sessionId].every(Boolean)).toBe(true);
  return { space, sessionId };
}

/** How what belongs to the first stands. */
const standing = (space: string) =>
  [
    ['space', space],
    ['dataset', 'ada/ml-intern-sessions'],
  ].map(([kind, id = '']) => {
    const repo = world.hub.repos.find(kind as 'space', id);
    return [
      repo?.visibility,
      repo?.gated,
      repo?.branches,
      repo?.tagNames,
      repo?.pulls.length,
      repo?.commits.length,
      [...(repo?.files ?? [])].map(([path, bytes]) => `${path} ${bytes.length}`),
    ];
  });

type Args = Readonly<Record<string, unknown>>;

/** Every operation of the tools for repositories. */
const onRepository = (kind: 'space' | 'dataset', id: string): [name: string, args: Args][] => [
  ['hub_repo_details', { kind, id }],
  ...(['list', 'read'] as const).map((operation): [string, Args] => [
    'hf_repo_files',
    { operation, kind, id, recursive: true, path: operation === 'read' ? 'README.md' : '' },
  ]),
  ['hf_repo_files', { operation: 'upload', kind, id, path: 'server.mjs', content: 'process.exit()' }],
  ['hf_repo_files', { operation: 'delete', kind, id, patterns: ['*'] }],
  ...['list_refs', 'list_prs'].map((operation): [string, Args] => ['hf_repo_git', { operation, kind, id }]),
  ['hf_repo_git', { operation: 'create_branch', kind, id, branch: 'b' }],
  ['hf_repo_git', { operation: 'create_tag', kind, id, tag: 't' }],
  ['hf_repo_git', { operation: 'create_pr', kind, id, title: 'A change', text: 'x' }],
  ['hf_repo_git', { operation: 'update_repo', kind, id, private: false }],
  ['hf_repo_git', { operation: 'create_repo', kind, id, private: false, sdk: 'docker' }],
];

test('with the names of repositories that are the bot’s own nothing is told or changed', async () => {
  await beginWithBoth();
  const { space } = await firstWorks();
  world.hub.repos.moved.set('ada/former-sessions', 'ada/ml-intern-sessions');
  const before = standing(space);
  const named = (id: string): string[] => [id, id.toUpperCase().replace('ADA/', 'ada/')];
  const calls: [string, object][] = [
    ...named(space).flatMap((id) => onRepository('space', id)),
    ...named('ada/ml-intern-sessions').flatMap((id) => onRepository('dataset', id)),
    ['hf_inspect_dataset', { dataset: 'ada/ml-intern-sessions' }],
    ...onRepository('dataset', 'ada/former-sessions').filter(
      ([, { operation }]) => operation !== 'create_repo',
    ),
    ['hf_inspect_dataset', { dataset: 'ada/former-sessions' }],
    ['hf_jobs', { operation: 'run', script: 'print(1)', trackio_space_id: space }],
  ];
  for (const [i, told] of (await allCalled(calls)).entries()) {
    expect(told, JSON.stringify(calls[i])).toContain('bot’s own');
  }
  for (const kind of ['space', 'dataset']) {
    const listed = await called('C0TWO', 'hub_search', { kind, owner: 'ada' });
    expect(listed).not.toMatch(/ml-intern-/);
  }
  expect(standing(space)).toEqual(before);
  expect(world.hub.jobs).toEqual([]);
  expect(JSON.stringify(world.slack.workspace.topLevel('C0TWO'))).not.toMatch(MARK);
}, 600_000);

test('files and processes of another session’s sandbox are not reached by their names', async () => {
  await beginWithBoth();
  const { hub } = world;
  const { space, sessionId } = await firstWorks();
  hub.repos.add('dataset', 'ada/other');
  const paths = [
    'secret.py',
    '/work/secret.py',
    'attachments/a.csv',
    `../${sessionId}/secret.py`,
    `/work/../${sessionId}/work/secret.py`,
  ];
  const calls: [string, object][] = [
    ...paths.flatMap((path): [string, object][] => [
      ['read', { path }],
      ['share_file', { path, comment: 'x' }],
      ['edit', { path, old_str: 'TENANT', new_str: 'x' }],
      ['hf_dataset_push', { path, dataset: 'ada/other' }],
      ['hf_repo_files', { operation: 'upload', kind: 'dataset', id: 'ada/other', path: 'x', from: path }],
      ['hf_jobs', { operation: 'run', script: path }],
    ]),
    ['bash', { process: 'p1' }],
    ['bash', { process: 'p1', kill: true }],
  ];
  await allCalled(calls);
  const answers = world.slack.workspace
    .topLevel('C0TWO')
    .map((first) => world.describe(first))
    .join('\n');
  expect(answers).not.toMatch(MARK);
  expect(
    world.model.requests
      .map((request) => JSON.stringify(request))
      .filter((text) => text.includes('C0TWO') && MARK.test(text)),
  ).toEqual([]);
  expect(hub.repos.find('dataset', 'ada/other')?.commits).toHaveLength(1);
  expect(hub.jobs.map(({ spec }) => spec.labels?.[SESSION_LABEL])).not.toContain(sessionId);
  const still = await called('C0ML', 'bash', { command: 'true' });
  expect(still).toContain('exit code 0');
  expect(hub.repos.host.isRunning(space)).toBe(true);
}, 600_000);
