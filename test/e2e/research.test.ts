import { expect, test } from 'vitest';
import { lastText, type ModelScript, type Reply } from '../doubles/model.ts';
import { dollarJob, inTurn, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

type Request = Parameters<ModelScript>[0];
const isResearch = ({ messages }: Request) =>
  String(messages[0]?.content).startsWith('You are the research assistant');
const resultsIn = ({ messages }: Request) => messages.filter(({ role }) => role === 'tool').length;
const call = (name: string, args: object) => ({ name, arguments: args });
const research = (task: string) => call('research', { task });

/** The assistant: a search, then what it found, then the report. */
function reader(request: Request): Reply {
  const results = resultsIn(request);
  const task = String(request.messages[1]?.content);
  if (task.includes('example')) {
    if (results === 0)
      return {
        calls: [
          call('github_find_examples', { repo: 'trl', keyword: 'dpo' }),
          call('explore_hf_docs', { endpoint: 'trl', query: 'dpo' }),
        ],
      };
    if (results === 2)
      return {
        calls: [call('github_read_file', { repo: 'huggingface/trl', path: 'examples/scripts/dpo.py' })],
      };
    return { text: 'DPOTrainer is used as in examples/scripts/dpo.py.' };
  }
  if (results === 0) return { calls: [call('hf_papers', { operation: 'search', query: 'preference' })] };
  if (results === 1)
    return { calls: [call('hf_papers', { operation: 'citation_graph', arxiv_id: '2305.18290' })] };
  if (results === 2)
    return { calls: [call('hf_papers', { operation: 'read_paper', arxiv_id: '2305.18290', section: '4' })] };
  return {
    text: 'DPO with beta 0.1 and a learning rate of 1e-6 reaches a win rate of 0.61 (arXiv 2305.18290, 4.1).',
  };
}

test('from the literature over a recipe and the data to a job', { tags: 'long' }, async () => {
  await begin((request) => {
    if (isResearch(request)) return reader(request);
    const results = resultsIn(request);
    if (results === 0)
      return {
        calls: [
          research('Which recipe for preference tuning reaches what?'),
          research('Find a working example of DPO with TRL'),
        ],
      };
    if (results === 2) return { calls: [call('hf_inspect_dataset', { dataset: 'stanfordnlp/imdb' })] };
    if (results === 3)
      return {
        calls: [
          {
            ...dollarJob,
            arguments: {
              ...dollarJob.arguments,
              script: 'from trl import DPOTrainer\nprint("train")\n',
              dependencies: ['trl'],
            },
          },
        ],
      };
    return {
      text: `The job is over. I went by: ${/learning rate of \S+/.exec(JSON.stringify(request.messages))?.[0]}`,
    };
  });
  world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ["{'loss': 0.5}"], stage: 'COMPLETED' });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'tune a model on preferences');
  const card = await world.reply(asked, 'Run a Hugging Face Job');
  expect(card.text).toContain('a10g-small');
  const told = world.model.requests.filter((request) => !isResearch(request)).at(-1);
  const findings =
    told?.messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content)) ?? [];
  expect(findings[0]).toContain('win rate of 0.61');
  expect(findings[0]).toContain('Read for this:\n- https://arxiv.org/abs/2305.18290');
  expect(findings[1]).toContain('- https://github.com/huggingface/trl/blob/HEAD/examples/scripts/dpo.py');
  world.slack.click('U0ADA', card, 'approve');
  await world.reply(asked, 'I went by: learning rate of 1e-6');
  expect(world.model.refusals).toEqual([]);
  const usage = world.describe(asked);
  expect(usage).toContain('Researched “');
});

test('a report with a ranked table and code word for word comes whole to the model that asked', async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) =>
      `| ${i + 1} | arXiv 2305.${18000 + i} | GSM8K 0.${90 - i} | openai/gsm8k (question, answer) | GRPO | lr 1e-6, batch ${i}, ${'w'.repeat(250)} | it |`,
  );
  const code = Array.from(
    { length: 150 },
    (_, i) => `config.value_${i} = SFTConfig(learning_rate=2e-5, max_length=${i})`,
  );
  const report = [
    '# Answer',
    ...rows,
    '`huggingface/trl`, trl/scripts/sft.py, lines 1 to 150:',
    '```python',
    ...code,
    '```',
  ].join('\n');
  expect(report.length).toBeGreaterThan(30_000);
  await begin((request) => {
    if (isResearch(request)) return { text: report };
    return resultsIn(request) === 0 ? { calls: [research('Which recipe for GSM8K?')] } : { text: 'read it' };
  });
  await world.reply(world.slack.mention('U0ADA', 'C0ML', 'find a recipe'), 'read it');
  const told = world.model.requests.filter((request) => !isResearch(request)).at(-1);
  const found = told?.messages.find(({ role }) => role === 'tool');
  expect(found?.content).toBe(report);
});

test('goes on from its last step after the process died, and shows how it stands meanwhile', {
  tags: 'long',
}, async () => {
  let isHeld = true;
  await begin(
    (request) => {
      if (!isResearch(request))
        return resultsIn(request) === 0
          ? { calls: [research('Which recipe for preference tuning?')] }
          : { text: `heard: ${lastText(request)}` };
      return resultsIn(request) === 2 && isHeld ? { hangs: true } : reader(request);
    },
    {
      configure: ({ durability }) =>
        void Object.assign(durability, { hand_over_seconds: 0.1, lease_seconds: 2, sweep_seconds: 0.3 }),
    },
  );
  const asked = world.slack.mention('U0ADA', 'C0ML', 'look it up');
  await world.reply(asked, 'step 3');
  await world.stop();
  isHeld = false;
  const before = world.model.requests.filter(isResearch).length;
  await world.start();
  await world.reply(asked, 'heard: DPO with beta 0.1');
  const after = world.model.requests.filter(isResearch).slice(before);
  expect(after.map(resultsIn)).toEqual([2, 3]);
});

test('a Stop ends it', async () => {
  await begin((request) =>
    isResearch(request) ? { hangs: true } : { calls: [research('Which recipe for preference tuning?')] },
  );
  const asked = world.slack.mention('U0ADA', 'C0ML', 'look it up');
  await until('it is asked', () => world.model.requests.some(isResearch));
  world.slack.say('U0ADA', 'C0ML', 'stop', asked.ts);
  await world.reply(asked, 'Stopped by Ada');
});

test('changes nothing, comes to an end at its bounds, and says what a failing provider kept it from', {
  tags: 'long',
}, async () => {
  await begin(
    (request) => {
      const results = resultsIn(request);
      if (!isResearch(request)) {
        if (results === 0) return { calls: [research('Upload something to a repository')] };
        if (results === 1) return { calls: [research('Something for which the provider has no credits')] };
        return { text: `heard: ${lastText(request)}` };
      }
      if (String(request.messages[1]?.content).includes('credits'))
        return { error: { status: 402, message: 'no credits' } };
      if (JSON.stringify(request.messages).includes('No more look-ups are possible')) {
        return {
          text: `the end: ${request.messages
            .filter(({ role }) => role === 'tool')
            .map(({ content }) => content)
            .join(' | ')}`,
        };
      }
      return {
        calls: [
          call('hf_repo_files', { operation: 'upload', id: 'a/b', path: 'x', content: `${results}` }),
          {
            name: 'hf_repo_files',
            arguments: String.raw`{"oper\u0061tion":"upload","id":"a/b","path":"y","content":"${results}"}`,
          },
          call('bash', { command: 'ls' }),
        ],
      };
    },
    { configure: ({ limits }) => void Object.assign(limits, { research_steps: 2 }) },
  );
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  await world.reply(asked, 'heard: The research could not go on');
  const first = world.model.requests.find((request) => !isResearch(request) && resultsIn(request) === 1);
  const told = lastText(first ?? { model: '', messages: [] });
  expect(told).toContain('the end: Nothing can be changed here');
  expect(told).toContain('There is no tool "bash"'.replaceAll('\\', ''));
  expect(world.hub.repos.all).toEqual([]);
});

test('what a session makes is tagged, linked in the thread and kept in a private collection of it', {
  tags: 'long',
}, async () => {
  await begin(
    inTurn(call('hf_repo_git', { operation: 'create_repo', kind: 'dataset', id: 'ada/pairs' }), {
      ...runJob,
      arguments: { ...runJob.arguments, script: 'push()\n' },
    }),
  );
  const link = `${world.hub.url}/ada/dpo-model`;
  world.hub.repos.add('model', 'ada/dpo-model', { 'README.md': '---\nlicense: mit\n---\n# DPO\n' });
  world.hub.course = () => ({
    queueMs: 0,
    runMs: 0,
    lines: [`Pushed to ${link.replace(world.hub.url, 'https://huggingface.co')}`],
    stage: 'COMPLETED',
    pushes: ['ada/dpo-model'],
  });
  // The first turn ends without a collection; the next one makes up for it.
  world.hub.faults.push({ method: 'POST', path: /^\/api\/collections$/, status: 403 });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'make a dataset, then train');
  world.slack.click('U0ADA', await world.reply(asked, 'Make the dataset ada/pairs'), 'approve');
  world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
  await until('both are in the collection', () => world.hub.repos.collections[0]?.items.length === 2);
  const [collection, ...others] = world.hub.repos.collections;
  expect(others).toEqual([]);
  expect(collection).toMatchObject({
    namespace: 'ada',
    private: true,
    items: [
      { type: 'dataset', id: 'ada/pairs' },
      { type: 'model', id: 'ada/dpo-model' },
    ],
  });
  const card = () => world.hub.repos.find('model', 'ada/dpo-model')?.files.get('README.md')?.toString() ?? '';
  await until('its card is tagged', () => card().includes('license: mit\ntags:\n- ml-intern'));
  await world.reply(asked, `/collections/${collection?.slug}`);
  await world.reply(asked, '/datasets/ada/pairs');
  expect(world.hub.faults).toEqual([]);
});
