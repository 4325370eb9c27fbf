import { spawnSync } from 'node:child_process';
import { z } from 'zod';

/*
 * npm run audit: whether a package that the product runs with has a known vulnerability, high or critical.
 * Registries that keep no advisories can't be asked: that is said, and is no failure.
 */

const Report = z.union([
  z.object({
    vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string() })),
  }),
  z.object({ error: z.object({ summary: z.string().optional() }) }),
  z.object({ message: z.string() }),
]);
const GRAVE = new Set(['high', 'critical']);

const { stdout, stderr } = spawnSync('npm', ['audit', '--omit', 'dev', '--json'], { encoding: 'utf8' });
const report = Report.safeParse(json(stdout)).data;
if (report !== undefined && 'vulnerabilities' in report) {
  const all = Object.entries(report.vulnerabilities);
  const grave = all.filter(([, { severity }]) => GRAVE.has(severity));
  for (const [name, { severity, range }] of grave) console.log(`${severity}: ${name} ${range}`);
  console.log(`${all.length} known vulnerabilities, ${grave.length} of them high or critical`);
  process.exitCode = grave.length === 0 ? 0 : 1;
} else {
  const why = /audit (\d{3} [^-\n]*)/.exec(stderr)?.[1]?.trim() ?? 'it does not answer';
  console.log(`Not audited: the registry has no advisories to ask for (${why}).`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
