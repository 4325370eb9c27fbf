import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ROOT } from '../support/root.ts';
import type { Bench, Found } from './bench.ts';
import { BENCHES } from './benches.ts';
import { keepCosts } from './unit-costs.ts';

const FILE = join(ROOT, 'docs/BENCHMARKS.md');

const INTRODUCTION = `# Benchmarks

What \`npm run bench\` has measured, which writes this page: medians, with the least and the most beside them.
\`npm run bench -- NAME\` measures one and writes its part, with the machine that it was measured on.
`;

/** A table for a terminal, with what is to be said below it. */
export function printed({ columns, rows, notes, faults }: Found): string {
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return `${[line(columns), ...rows.map(line), ...notes, ...faults].map((one) => one.trimEnd()).join('\n')}\n`;
}

/** Writes what has been found to the documentation; the parts of other benchmarks stay as they are. */
export async function writeDocumentation(results: ReadonlyMap<Bench, Found>): Promise<void> {
  const kept = existsSync(FILE) ? partsOf(readFileSync(FILE, 'utf8')) : new Map<string, string>();
  const machine = await describeMachine();
  for (const [bench, found] of results) kept.set(bench.name, part(bench, found, machine));
  keepCosts(Object.assign({}, ...[...results.values()].map(({ costs }) => costs)));
  const parts = BENCHES.flatMap(({ name }) => kept.get(name) ?? []);
  writeFileSync(FILE, `${[INTRODUCTION, ...parts].join('\n')}`);
}

/** The parts of a page by the name in their headings. */
function partsOf(page: string): Map<string, string> {
  const [, ...parts] = page.split(/^(?=## )/m);
  return new Map(parts.map((text) => [/^## (\S+)/.exec(text)?.[1] ?? '', `${text.trimEnd()}\n`]));
}

function part({ name, measures }: Bench, { columns, rows, notes, faults }: Found, machine: string): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [row(columns), row(columns.map(() => '---')), ...rows.map(row)].join('\n');
  const below = [...notes, ...faults, machine];
  return `${[`## ${name}`, wrapped(measures), table, ...below.map(wrapped)].join('\n\n')}\n`;
}

/** In lines as all pages have them. */
function wrapped(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > 110) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

async function describeMachine(): Promise<string> {
  const cores = cpus();
  const model = (cores[0]?.model ?? 'unknown').replaceAll(/\s+/g, ' ').trim();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB of memory`;
  const redis = /v=(\S+)/.exec(spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout ?? '');
  return [
    `Measured on ${cores.length} cores (${model}), ${memory}`,
    `Node ${process.versions.node}`,
    `Postgres ${await postgresVersion()}`,
    `Redis ${redis?.[1] ?? 'not there'}.`,
  ].join(', ');
}

async function postgresVersion(): Promise<string> {
  const connectionString = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      "select current_setting('server_version') as version",
    );
    return rows[0]?.version.split(' ')[0] ?? 'unknown';
  } catch {
    return 'not there';
  } finally {
    await client.end();
  }
}
