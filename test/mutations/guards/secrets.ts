import type { Mutation } from '../mutation.ts';

const BROUGHT = 'a secret that a job, tool, model or person brings in';
const ARGUMENTS = 'arguments that hold one, or are changed by redaction';
const LOOKS = 'code that looks like secrets, and secrets that do not';
const HOSTS = 'tokens that go to another host, by an address or a redirect';
const CANARY = { test: 'soak/canary-secrets', title: 'on ' };

/** Of "Secrets". */
export const SECRETS: readonly Mutation[] = [
  {
    threat: BROUGHT,
    file: 'src/db/kept-rows.ts',
    text: 'wellFormedValue(redaction.value(value, UNCHANGED))',
    becomes: 'wellFormedValue(value)',
    ...CANARY,
  },
  {
    threat: BROUGHT,
    file: 'src/db/kept-rows.ts',
    text: 'WORDS.has(column) ? redaction.text(value) : value',
    becomes: 'WORDS.has(column) ? value : value',
    test: 'soak/canary-secrets',
    title: 'what people say of an answer is kept without secrets',
  },
  {
    threat: BROUGHT,
    file: 'src/lib/log.ts',
    text: '`${JSON.stringify(redaction.value(fields))}\\n`',
    becomes: 'line',
    test: 'unit/log-redaction',
    title: 'an error is told without secrets',
  },
  {
    threat: BROUGHT,
    file: 'src/jobs/follow-log.ts',
    text: '.map((part) => clean(withoutAnsi(part)))',
    becomes: '.map((part) => withoutAnsi(part))',
    ...CANARY,
  },
  {
    threat: ARGUMENTS,
    file: 'src/db/kept-rows.ts',
    text: "new Set(['arguments', 'inlined', 'preview'])",
    becomes: "new Set(['nothing'])",
    test: 'integration/kept-texts',
    title: 'what runs is kept to the byte',
  },
  {
    threat: ARGUMENTS,
    file: 'src/agent/model-step.ts',
    text: 'const refusal = await refusalOfArguments(call.arguments, redaction);',
    becomes: "const refusal = await refusalOfArguments('', redaction);",
    test: 'e2e/secret-arguments',
    title: 'is refused with a secret in it',
  },
  {
    threat: ARGUMENTS,
    file: 'src/lib/redaction/token-shapes.ts',
    text: "prefixes: 'hf_ hf_oauth_ hf_jwt_ api_org_', run: ALNUM, least: 30",
    becomes: "prefixes: 'hf_ hf_oauth_ hf_jwt_ api_org_', run: ALNUM, least: 3",
    test: 'e2e/secret-arguments',
    title: 'is to the byte what the model wrote',
  },
  {
    threat: LOOKS,
    file: 'src/lib/redaction.ts',
    text: '...tokensOf(text, known), ...namedValuesIn(text)',
    becomes: '...tokensOf(text, known)',
    test: 'unit/redaction-corpus',
    title: 'none survives',
  },
  {
    threat: LOOKS,
    file: 'src/lib/redaction.ts',
    text: '  ...passwordsInAddresses(text),\n',
    becomes: '',
    test: 'unit/redaction-corpus',
    title: 'none survives',
  },
  {
    threat: LOOKS,
    file: 'src/lib/redaction.ts',
    text: '  ...privateKeysIn(text),\n',
    becomes: '',
    test: 'unit/redaction-corpus',
    title: 'none survives',
  },
  {
    threat: LOOKS,
    file: 'src/lib/redaction.ts',
    text: '  ...tokensIn(text),\n',
    becomes: '',
    test: 'unit/redaction-corpus',
    title: 'none survives',
  },
  {
    threat: LOOKS,
    file: 'src/lib/redaction.ts',
    text: '  ...credentialsInHeaders(text),\n',
    becomes: '',
    test: 'unit/redaction-corpus',
    title: 'none survives',
  },
  {
    threat: LOOKS,
    file: 'src/lib/redaction.ts',
    text: ', ...secretsInCommands(text)]',
    becomes: ']',
    test: 'unit/redaction-corpus',
    title: 'none survives',
  },
  {
    threat: HOSTS,
    file: 'adapters/slack/workspaces.ts',
    text: 'if (!isSlacks(at, new URL(apiUrl)))',
    becomes: "if (url === '')",
    test: 'integration/slack-tokens',
    title: 'a file that is not kept at Slack is not asked for',
  },
  {
    threat: HOSTS,
    file: 'adapters/slack/workspaces.ts',
    text: "redirect: 'manual'",
    becomes: "redirect: 'follow'",
    test: 'integration/slack-tokens',
    title: 'a file that Slack leads %s is not asked for there',
  },
  {
    threat: HOSTS,
    file: 'adapters/discord/attachments.ts',
    text: 'if (!isDiscords(new URL(url), new URL(rest.options.api))) {',
    becomes: "if (url === '') {",
    test: 'unit/discord-attachments',
    title: 'an attachment',
  },
];
