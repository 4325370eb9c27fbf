import { describe, expect, test } from 'vitest';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import { isAutoApproved } from '../../src/session/auto-approval.ts';
import { AUTO_APPROVED, plainRequest, UNASKED, whyUnasked } from '../../src/tools/unasked.ts';
import { ADA } from '../support/snapshots.ts';

const tools = await allTools();

/** Every operation of every tool, as `hf_jobs run`; a tool that has no operations by its name. */
const OPERATIONS = tools.flatMap(({ name, parameters }) => {
  const { operation } = (parameters.properties ?? {}) as { operation?: { enum?: string[] } };
  return (
    operation?.enum?.map((one) => ({ tool: name, operation: `${name} ${one}` })) ?? [
      { tool: name, operation: name },
    ]
  );
});

/**
 * What changes something on the Hub, spends or ends what is paid for. A new operation belongs here or in the
 * table.
 */
const ASKED = [
  'hf_repo_files upload',
  'hf_repo_files delete',
  'hf_repo_git create_branch',
  'hf_repo_git delete_branch',
  'hf_repo_git create_tag',
  'hf_repo_git delete_tag',
  'hf_repo_git create_pr',
  'hf_repo_git comment_pr',
  'hf_repo_git change_pr_status',
  'hf_repo_git close_pr',
  'hf_repo_git merge_pr',
  'hf_repo_git create_repo',
  'hf_repo_git update_repo',
  'hf_jobs run',
  'hf_jobs cancel',
  'hf_jobs scheduled run',
  'hf_jobs scheduled delete',
  'hf_jobs scheduled suspend',
  'hf_jobs scheduled resume',
  'hf_dataset_push',
];

/** Enough for every operation to be prepared. */
const ARGUMENTS: Readonly<Record<string, object>> = {
  hf_repo_files: { id: 'a/b', path: 'x', content: 'x', patterns: ['x'] },
  hf_repo_git: {
    id: 'a/b',
    branch: 'b',
    tag: 't',
    number: 1,
    title: 'A change',
    text: 'x',
    status: 'open',
    private: true,
  },
  hf_jobs: { script: 'print(1)', job_id: 'abc', scheduled_job_id: 'abc', schedule: '@hourly' },
  hf_dataset_push: { path: 'a.csv', dataset: 'a/b' },
};

describe('what people are asked about', () => {
  test('is every operation of every tool that is not in the table of those that they are not', () => {
    const asked = OPERATIONS.filter(({ tool, operation }) => whyUnasked(tool, operation) === undefined);
    const told = 'a new operation stands in ASKED here, or with why not in src/tools/unasked.ts';
    expect(asked.map(({ operation }) => operation).sort(), told).toEqual([...ASKED].sort());
    expect(OPERATIONS.length).toBeGreaterThan(45);
  });

  test('has no row for what is not there, and a reason in each', () => {
    const names = new Set(OPERATIONS.flatMap(({ tool, operation }) => [tool, operation]));
    for (const [name, why] of Object.entries(UNASKED)) {
      expect(names).toContain(name);
      expect(why).toMatch(/^\w.{5,}/);
    }
  });

  test.each(OPERATIONS.filter(({ operation }) => ASKED.includes(operation)))(
    '$operation is not run unasked, whatever its tool says',
    ({ tool, operation }) => {
      const args = {
        ...ARGUMENTS[tool],
        ...(operation === tool ? {} : { operation: operation.slice(tool.length + 1) }),
      };
      const prepared = tools.find(({ name }) => name === tool)?.prepare(JSON.stringify(args));
      if (!prepared?.ok) throw new Error(prepared?.error);
      expect(prepared.call).toMatchObject({ operation, unasked: undefined });
    },
  );

  test('is told of in the page of tools, for all that is asked about', () => {
    for (const operation of ASKED) {
      const [name = '', ...rest] = operation.split(' ');
      const { asks = '' } = tools.find((tool) => tool.name === name) ?? {};
      expect(rest.length === 0 ? asks : `, ${asks.replaceAll(/ \([^)]*\)/g, '')},`).toContain(
        rest.length === 0 ? 'always' : `, ${rest.join(' ')},`,
      );
    }
  });
});

describe('auto-approval', () => {
  const settings = { yolo: { kind: 'on' as const, by: ADA, at: new Date(0) } };
  const request = { title: 't', facts: [], warnings: [], estimate: { usd: 0 } };

  test('covers runs of jobs alone', () => {
    expect(AUTO_APPROVED).toEqual(['hf_jobs run']);
  });

  test('is never for what nobody knows: a cost, or what a tool does', () => {
    expect(isAutoApproved(settings, request, 0)).toBe(true);
    expect(isAutoApproved(settings, { ...request, estimate: {} }, 0)).toBe(false);
    expect(isAutoApproved(settings, plainRequest('new_tool', '{}'), 0)).toBe(false);
  });
});
