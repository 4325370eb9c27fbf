import pg from 'pg';
import { z } from 'zod';

type Node = {
  'Node Type': string;
  'Relation Name'?: string | undefined;
  'Shared Hit Blocks'?: number | undefined;
  'Shared Read Blocks'?: number | undefined;
  Plans?: Node[] | undefined;
};

const Node: z.ZodType<Node> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Shared Hit Blocks': z.number().optional(),
  'Shared Read Blocks': z.number().optional(),
  get Plans() {
    return z.array(Node).optional();
  },
});

const Explained = z.object({ 'Query Text': z.string(), Plan: Node });

/**
 * How the server has done a statement. `blocks` is how much of the record it touched, whether it was in
 * memory or not.
 */
export type Plan = { statement: string; scanned: string[]; blocks: number };

/**
 * A pool whose statements, and those inside of triggers and functions, are explained as they are run. Needs a
 * superuser, as auto_explain does: https://www.postgresql.org/docs/current/auto-explain.html
 */
export function explainingPool(connectionString: string): { pool: pg.Pool; plans: Plan[] } {
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': 0,
    'auto_explain.log_level': 'notice',
    'auto_explain.log_format': 'json',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_buffers': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_nested_statements': 'on',
  };
  const options = Object.entries({ search_path: 'bullmq', ...settings })
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  const pool = new pg.Pool({ connectionString, options, max: 8 });
  const plans: Plan[] = [];
  pool.on('connect', (client) =>
    client.on('notice', ({ message = '' }) => {
      const [, json] = /plan:\n(\{[\s\S]*\})/.exec(message) ?? [];
      if (json !== undefined) plans.push(planOf(Explained.parse(JSON.parse(json))));
    }),
  );
  return { pool, plans };
}

function planOf({ 'Query Text': statement, Plan: plan }: z.infer<typeof Explained>): Plan {
  const scanned: string[] = [];
  const walk = (node: Node): void => {
    if (node['Node Type'] === 'Seq Scan') scanned.push(node['Relation Name'] ?? '?');
    node.Plans?.forEach(walk);
  };
  walk(plan);
  // A node's blocks include those of the nodes below it.
  const blocks = (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  return { statement, scanned, blocks };
}
