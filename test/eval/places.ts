import type { HubDouble } from '../doubles/hub/server.ts';
import type { ViewedDataset } from '../doubles/hub/viewed-dataset.ts';

/* What the Hub of a world holds: models with their configs and cards, and datasets with rows to look at. */

type ModelFacts = {
  task: string;
  parameters: string;
  context: number;
  license?: string;
  gated?: 'auto' | 'manual';
  card?: string;
  files?: Readonly<Record<string, string>>;
};

/** A public model, with what its `config.json` and its card say. */
export function addModel(hub: HubDouble, id: string, facts: ModelFacts): void {
  const { task, parameters, context, license = 'apache-2.0', gated = false, card = '', files = {} } = facts;
  const config = { torch_dtype: 'bfloat16', max_position_embeddings: context };
  const head = `---\nlicense: ${license}\npipeline_tag: ${task}\n---\n`;
  const repo = hub.repos.add('model', id, {
    'README.md': `${head}# ${id}\n\n${parameters} parameters, bf16, ${context} tokens of context.\n${card}`,
    'config.json': JSON.stringify(config, undefined, 2),
    ...files,
  });
  Object.assign(repo, { visibility: 'public', tags: [task, `license:${license}`], gated });
}

type DatasetFacts = { license?: string; card?: string; gated?: 'auto' | 'manual' };

/** A public dataset that the viewer has. */
export function addDataset(hub: HubDouble, dataset: ViewedDataset, facts: DatasetFacts = {}): void {
  const { license = 'mit', card = '', gated = false } = facts;
  const repo = hub.repos.add('dataset', dataset.id, {
    'README.md': `---\nlicense: ${license}\n---\n# ${dataset.id}\n\n${card}`,
  });
  Object.assign(repo, { visibility: 'public', tags: [`license:${license}`], gated });
  hub.viewed.push(dataset);
}

/** The Hub as everybody knows it: what most tasks begin with. */
export function addUsual(hub: HubDouble): void {
  addModel(hub, 'distilbert/distilbert-base-uncased', { task: 'fill-mask', parameters: '66M', context: 512 });
  addModel(hub, 'Qwen/Qwen2.5-0.5B', { task: 'text-generation', parameters: '0.5B', context: 32_768 });
  addModel(hub, 'Qwen/Qwen2.5-1.5B', { task: 'text-generation', parameters: '1.5B', context: 32_768 });
}
