import type { Reporter } from 'vitest/node';

/** Names, at the end, the tests that passed only when they were tried again: each is worth a look. */
export const secondTries: Reporter = {
  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const flaky = tests.filter((test) => test.diagnostic()?.flaky);
    if (flaky.length === 0) return;
    const names = flaky.map((test) => `  ${test.module.relativeModuleId}: ${test.fullName}`);
    process.stdout.write(`\nPassed only at a second try:\n${names.join('\n')}\n`);
  },
};
