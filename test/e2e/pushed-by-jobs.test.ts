/** @module-tag long */

import { expect, test } from 'vitest';
import type { ModelScript } from '../doubles/model.ts';
import { onDiscord, onSlack, type Stage } from '../support/stage.ts';

/** Its log names no repository: that it was pushed to, the Hub alone says. */
const QUIET = {
  name: 'hf_jobs',
  arguments: {
    operation: 'run',
    script: 'model.push_to_hub("ada/quiet")\nother.push_to_hub("ada/never")\n',
    hardware_flavor: 'cpu-basic',
    timeout: '10m',
  },
};

test.each([
  ['Slack', onSlack],
  ['Discord', onDiscord],
])(
  'what only a job’s script names is shown in the thread of %s, and its commit is known to tools',
  async (_name, open) => {
    const submitted = () => on.hub.jobs[0]?.id ?? 'none';
    const script: ModelScript = ({ messages }) => {
      const results = messages.filter(({ role }) => role === 'tool');
      if (results.length === 0) return { calls: [QUIET] };
      if (results.length === 1)
        return { calls: [{ name: 'hf_jobs', arguments: { operation: 'inspect', job_id: submitted() } }] };
      return { text: `inspected: ${results.at(-1)?.content}` };
    };
    const on: Stage = await open(script, {});
    try {
      const ended = { queueMs: 0, runMs: 0, lines: ['done'], stage: 'COMPLETED' as const };
      on.hub.course = () => ({ ...ended, pushes: ['ada/quiet'] });
      on.ask('ada', 'train');
      await on.shows('Run a Hugging Face Job');
      await on.press('ada', 'approve');
      await on.shows('inspected: ');
      // The card's line is written into the same repository, before or after this.
      const { commits = [] } = on.hub.repos.find('model', 'ada/quiet') ?? {};
      const commit = commits.find(({ title }) => title.startsWith('Upload folder'));
      expect(commit?.oid).toMatch(/^[0-9a-f]{40}$/);
      const told = `Pushed to: ${on.hub.url}/ada/quiet (commit ${commit?.oid})`;
      const results = (on.model.requests.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool');
      const said = expect.stringContaining(told);
      expect(results.map(({ content }) => content)).toEqual([said, said]);
      await on.shows('ada/quiet');
      expect(on.all()).not.toContain('ada/never');
    } finally {
      await on.close();
    }
  },
);
