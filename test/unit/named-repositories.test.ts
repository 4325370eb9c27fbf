import { expect, test } from 'vitest';
import { namedRepositories } from '../../src/session/named-repositories.ts';

test.each<[string, Parameters<typeof namedRepositories>[0], string[]]>([
  [
    'arguments of a trainer',
    { script: 'SFTConfig(push_to_hub=True, hub_model_id="acme/sft", hub_private_repo=True)' },
    ['acme/sft'],
  ],
  [
    'calls',
    { script: 'model.push_to_hub("acme/m.1")\nds.push_to_hub(\n    \'acme/rows\', private=True)' },
    ['acme/m.1', 'acme/rows'],
  ],
  ['an upload', { script: 'upload_folder(repo_id = "acme/out", folder_path=".")' }, ['acme/out']],
  [
    'options',
    { command: ['trl', 'sft', '--hub_model_id', 'acme/x'], script_args: ['--repo-id=acme/y'] },
    ['acme/x', 'acme/y'],
  ],
  ['a dictionary', { script: '{"hub_model_id": "acme/d"}' }, ['acme/d']],
  ['one that is named twice', { script: 'a.push_to_hub("acme/m")\nb.push_to_hub("acme/m")' }, ['acme/m']],
])('%s name what a job may push to', (_what, source, found) => {
  expect(namedRepositories(source)).toEqual(found);
});

test.each([
  'load_dataset("acme/rows")',
  'from_pretrained("acme/m")',
  'hub_model_id=name',
  'model.push_to_hub("m")', // whose it is, the script does not say
  'hub_model_id="a/b/c"',
])('%s names nothing that is pushed to', (script) => {
  expect(namedRepositories({ script })).toEqual([]);
});

test('no more than ten are named', () => {
  const script = Array.from({ length: 50 }, (_, i) => `x.push_to_hub("acme/m${i}")`).join('\n');
  expect(namedRepositories({ script })).toHaveLength(10);
});
