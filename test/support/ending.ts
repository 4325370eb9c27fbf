import type { Reporter, TestModule } from 'vitest/node';

const SLOWEST = 10;

/**
 * What stands at the end of a run: the storage that it was on, what was left out, the files that took
 * longest, and last, where somebody who reads only an end finds it, what failed.
 */
export const ending: Reporter = {
  onTestRunEnd(modules) {
    const lines = [...backends(modules), ...skipped(modules), ...slowest(modules), ...failed(modules)];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  },
};

function backends(modules: readonly TestModule[]): string[] {
  const names = modules.flatMap(({ project }) => project.getProvidedContext().backends ?? []);
  return names.length === 0 ? [] : [`Storage backends that ran: ${[...new Set(names)].join(', ')}`];
}

function skipped(modules: readonly TestModule[]): string[] {
  let long = 0;
  const counts = modules.flatMap((module) => {
    const tests = [...module.children.allTests('skipped')];
    const others = tests.filter(({ tags }) => !tags.includes('long'));
    long += tests.length - others.length;
    return others.length === 0 ? [] : [`  ${others.length} of ${module.relativeModuleId}`];
  });
  return [
    ...(long === 0 ? [] : [`Left to npm run test:long: ${long} tests`]),
    ...(counts.length === 0 ? [] : ['Skipped:', ...counts]),
  ];
}

function slowest(modules: readonly TestModule[]): string[] {
  const times = modules.map((module) => {
    const { collectDuration, duration } = module.diagnostic();
    return { name: module.relativeModuleId, ms: collectDuration + duration };
  });
  const first = times.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  return [
    `Slowest files:`,
    ...first.map(({ name, ms }) => `${(ms / 1_000).toFixed(1).padStart(7)} s  ${name}`),
  ];
}

/** Each test and file that failed, with the first lines of what it threw. */
function failed(modules: readonly TestModule[]): string[] {
  const faults = modules.flatMap((module) => [
    ...module.errors().map(({ message }) => [module.relativeModuleId, message] as const),
    ...[...module.children.allSuites()].flatMap((suite) =>
      suite
        .errors()
        .map(({ message }) => [`${module.relativeModuleId} > ${suite.fullName}`, message] as const),
    ),
    ...[...module.children.allTests('failed')].flatMap((test) =>
      (test.result().errors ?? []).map(
        ({ message }) => [`${module.relativeModuleId} > ${test.fullName}`, message] as const,
      ),
    ),
  ]);
  if (faults.length === 0) return [];
  return ['Failed:', ...faults.flatMap(([name, message]) => [`  ${name}`, ...beginning(message)])];
}

function beginning(message: string): string[] {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(0, 12).map((line) => `      ${line.slice(0, 200)}`);
}
