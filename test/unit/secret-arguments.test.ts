import { describe, expect, test } from 'vitest';
import { createRedaction } from '../../src/lib/redaction.ts';
import { refusalOfArguments, secretsIn } from '../../src/lib/secret-arguments.ts';
import { MAKERS, seeded } from '../support/made-secrets.ts';

const random = seeded(7);
const made = (kind: string) => MAKERS[kind]?.(random) ?? '';

const OWN = made('hf_token');
const redaction = createRedaction([{ name: 'HF_TOKEN', value: OWN }]);
const refusal = (value: unknown) => refusalOfArguments(JSON.stringify(value), redaction);

describe('a call is taken as it is', () => {
  test.each([
    { script: 'import hf_transfer\nfrom x import hf_tokenizer, hf_datasets, hf_username\n' },
    { dependencies: ['hf_transfer', 'torch; sys_platform=="linux"'] },
    { script: 'PAD_TOKEN = "<|endoftext|>"\ntoken = os.environ["HF_TOKEN"]\n' },
    { env: { HF_HUB_ENABLE_HF_TRANSFER: '1', TOKENIZERS_PARALLELISM: 'false' } },
    { secrets: ['HF_TOKEN', 'WANDB_API_KEY'] },
    { command: ['bash', '-c', 'export HF_TOKEN=$HF_TOKEN && python train.py --token "$HF_TOKEN"'] },
    { query: 'how do I pass a token to push_to_hub', revision: '9f2c1ab7c0e4d5f60718293a4b5c6d7e8f901234' },
    { script: 'os.environ["WANDB_API_KEY"] = "offline"\nds = ds.remove_columns(["password", "token"])\n' },
    {
      env: { WANDB_API_KEY: 'offline', OPENAI_API_KEY: 'EMPTY', HF_TOKEN: '${HF_TOKEN}', PAD_TOKEN: '<pad>' },
    },
    { command: ['hf', 'jobs', 'run', '--secret', 'HF_TOKEN', '--secrets', 'WANDB_API_KEY'] },
    { column_mapping: { password: 'input_text' }, features: { password: 'int64', secret: 'large_string' } },
    { env: [{ name: 'DB_PASSWORD', value: '$DB_PASSWORD' }] },
    { content: 'HF_TOKEN=hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n' },
    { script: 'password = getpass()\ndef login(password=None): ...\npassword=os.environ["X"]\n' },
    { env: { DB_PASSWORD: '${DB_PASSWORD:-}', ALLOW_EMPTY_PASSWORD: 'yes' }, schema: { password: 'string' } },
    { content: 'export DB_PASSWORD="$(cat /run/secrets/db)"\n' },
    { nested: [[{ a: null, b: 3, c: true }]], text: '' },
  ])('without a secret: %j', async (value) => {
    expect(await refusal(value)).toBeUndefined();
  });
});

describe('a call is refused, and its secret is not repeated', () => {
  test.each<[string, unknown, RegExp]>([
    ['a value of this installation', { script: `login("${OWN}")` }, /"script" \(the value of HF_TOKEN\)/],
    ['the line of a script', { script: `import os\n\nlogin("${OWN}")` }, /"script", line 3 \(/],
    ['an environment', { env: { HF_TOKEN: OWN } }, /"env\.HF_TOKEN"/],
    ['a name that is secret', { env: { DB_PASSWORD: 'hunter22' } }, /"env\.DB_PASSWORD"/],
    ['an option and its value', { command: ['wandb', 'login', '--token', OWN] }, /"command/],
    [
      'a list within a list',
      { steps: [{ run: [`curl -H "Authorization: Bearer ${OWN}"`] }] },
      /"steps\.1\.run/,
    ],
    ['a token by its shape', { body: made('github_token') }, /"body"/],
    ['an entry with a name', { env: [{ name: 'DB_PASSWORD', value: 'hunter22' }] }, /"env\.1\.value"/],
    ['what looks like a variable', { env: { DB_PASSWORD: '$ecr3thunter22' } }, /"env\.DB_PASSWORD"/],
    ['what looks like a place', { env: { DB_PASSWORD: '{hunter22}' } }, /"env\.DB_PASSWORD"/],
    ['what looks like a rule', { body: { password: 'min:hunter22' } }, /"body\.password"/],
    ['a default', { run: 'DB_PASSWORD=${PG_PW:-hunter22} ./serve' }, /"run"/],
    ['settings in lower case', { content: 'user = ada\npassword = hunterhunter22\n' }, /"content", line 2/],
    ['a number', { db: { password: 4_285_172_100 } }, /"db\.password"/],
    ['a command without names', { command: ['wandb', 'login', made('hex40')] }, /"command\.3"/],
    ['an option of one letter', { command: ['sshpass', '-p', 'hunter22', 'ssh', 'x'] }, /"command\.3"/],
    ['a user and a password', { run: 'curl -u ada:hunter22 https://example.org' }, /"run"/],
    ['a name of a field', { [OWN]: 'x' }, /the name of a field/],
    ['escapes of JSON', { script: `a\n\t"${OWN}"` }, /line 2/],
  ])('in %s', async (_where, value, place) => {
    const told = (await refusal(value)) ?? '';
    expect(told).toMatch(place);
    expect(told).not.toContain(OWN);
    expect(told).not.toContain('hunter22');
    expect(told).toContain('`secrets`');
  });

  test('in arguments that are no JSON', async () => {
    expect(await refusalOfArguments(`{"script": "login('${OWN}')`, redaction)).toContain('the arguments');
  });

  test('in what is far longer than what is looked at at once', async () => {
    const before = 'x = 1\n'.repeat(60_000);
    const told = await refusal({ files: [{ content: `${before}token = "${OWN}"\n${before}` }] });
    expect(told).toContain('"files.1.content", line 60001 (the value of HF_TOKEN)');
  });

  test('in what somebody changed of it', () => {
    expect(secretsIn({ script: 'print(1)' }, redaction)).toBeUndefined();
    expect(secretsIn({ script: `a = 1\nb = "${OWN}"` }, redaction)).toContain('"script", line 2');
  });
});
