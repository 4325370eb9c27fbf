import type { Checked } from '../config/check.ts';
import { writeDotEnv } from '../config/dotenv-file.ts';
import type { Config } from '../config/load.ts';
import { type Role, tellsWhatIsMissing, wholly } from '../config/roles.ts';
import { starting, token as tokenCheck } from '../config/secrets.ts';
import type { Lack, SetUp, SetUpAnswer } from '../controller/platform.ts';
import type { PlatformDefinition } from '../controller/platform-definition.ts';
import { ownerOfToken, type Use } from '../hub/token-owner.ts';
import { createKeyedQueue } from '../lib/keyed-queue.ts';
import type { Logger } from '../lib/log.ts';
import type { Redaction } from '../lib/redaction.ts';
import { checkServer } from '../llm/named-server.ts';
import { withFoundModel } from './found-model.ts';

/** How a program keeps what it is given, and begins to use it. */
export type SettingUp = {
  /** Where its `.env` is. */
  directory: string;
  /** Its settings as they are now. */
  read(): Checked;
  /** Ends all that runs in order, and starts it anew. Returns at once. */
  startAnew(): void;
};

type Known = {
  config: Config;
  roles: ReadonlySet<Role>;
  connects: readonly PlatformDefinition[] | undefined;
  lacks: readonly Lack[];
  redaction: Pick<Redaction, 'learn'>;
  log: Pick<Logger, 'info'>;
};

/**
 * Takes what is lacking, where nobody but whoever runs the bot can be there to give it: one process does all,
 * and every platform that it connects to is for that one person. Whoever else there is would work with an
 * account that somebody at a page has chosen.
 */
export function setUpFor(known: Known, settingUp: SettingUp | undefined): SetUp | undefined {
  const { config, roles, connects, lacks } = known;
  const isTheirs = connects?.every((one) => tellsWhatIsMissing(one, wholly(config))) ?? false;
  if (settingUp === undefined || !isTheirs || !roles.has('worker') || lacks.length === 0) return undefined;
  const setting: Setting = { ...known, ...settingUp };
  const takes = { token: lacksA(lacks, 'hub'), model: lacksA(lacks, 'model') };
  const inTurn = createKeyedQueue();
  let isDone = false;
  async function oneByOne(isTaken: boolean, work: () => Promise<SetUpAnswer>): Promise<SetUpAnswer> {
    let answer: SetUpAnswer = { ok: false, problem: SET_ALREADY };
    await inTurn('', async () => {
      if (!isTaken || isDone) return;
      answer = await work();
      isDone = answer.ok;
      if (isDone) setting.startAnew();
    });
    return answer;
  }
  return {
    takes,
    giveToken: (text) => oneByOne(takes.token, () => takeToken(setting, text.trim())),
    giveModel: ({ address, key, model }) =>
      oneByOne(takes.model, () =>
        takeModel(setting, { address: address.trim(), key: key.trim(), model: model.trim() }),
      ),
    lookAgain: () => oneByOne(takes.model, () => look(setting)),
  };
}

type Setting = Known & SettingUp;

const lacksA = (lacks: readonly Lack[], what: Lack['of']): boolean => lacks.some(({ of }) => of === what);

async function takeToken(setting: Setting, token: string): Promise<SetUpAnswer> {
  const wrong = (problem: string): SetUpAnswer => ({ ok: false, field: 'token', problem });
  const shape = starting('hf_')(token, () => undefined);
  if (token === '' || shape !== undefined)
    return wrong(`A token of Hugging Face ${shape ?? 'begins with hf_'}.`);
  return withSecret(setting, { name: 'HF_TOKEN', value: token }, async () => {
    const { config, lacks } = setting;
    const owner = await ownerOfToken(config.jobs.hub_url, token);
    if (!owner.ok) {
      return wrong(owner.reason === 'refused' ? REFUSED_TOKEN : `The Hub could not be asked: ${owner.why}.`);
    }
    const needsIt = lacksA(lacks, 'model');
    if (needsIt && owner.lacks.includes('models')) return wrong(`It is ${owner.name}’s. ${NO_INFERENCE}`);
    const chosen = setting.read().config?.model.id;
    // Whoever has a model goes on with it: the Hub's cost money.
    const stays = !needsIt && chosen !== undefined && chosen !== config.model.id;
    const values = { HF_TOKEN: token, ...(stays ? { MODEL_ID: config.model.id } : {}) };
    const problem = await keep(setting, values);
    if (problem !== undefined) return { ok: false, problem };
    const told = [
      `I have kept the token of ${quoted(owner.name)} in \`.env\`, and start again: that takes some seconds.`,
      ...owner.lacks.map((use) => `- ${LACKING[use]}`),
      ...(stays
        ? [`- I go on thinking with ${quoted(config.model.id)}, which is kept as \`MODEL_ID\`.`]
        : []),
    ];
    return { ok: true, told: told.join('\n') };
  });
}

async function takeModel(
  setting: Setting,
  given: { address: string; key: string; model: string },
): Promise<SetUpAnswer> {
  const { address, key } = given;
  const shape = key === '' ? undefined : tokenCheck()(key, () => undefined);
  if (shape !== undefined) return { ok: false, field: 'key', problem: `The key ${shape}.` };
  if (address === '') return { ok: false, field: 'address', problem: 'Say where the server is.' };
  return withSecret(setting, { name: 'MODEL_API_KEY', value: key }, async () => {
    const server = await checkServer(given);
    if (!server.ok) return server;
    const values = {
      MODEL_ID: idOf(server.model),
      MODEL_BASE_URL: server.baseUrl,
      // Without one the token of Hugging Face would be sent there.
      MODEL_API_KEY: key === '' ? 'none' : key,
    };
    const problem = await keep(setting, values);
    if (problem !== undefined) return { ok: false, problem };
    const told = `I have kept ${quoted(server.model)} at ${quoted(server.baseUrl)} in \`.env\`, and start again: that takes some seconds.`;
    return { ok: true, told };
  });
}

/**
 * The id by which the model of the server that is set is asked for, also where its name begins as ids of
 * local servers do (`llm/endpoints.ts`).
 */
const idOf = (model: string): string =>
  /^(?:ollama|vllm|lm_studio|llamacpp|huggingface)\//.test(model) ? `huggingface/${model}` : model;

async function look({ read }: Setting): Promise<SetUpAnswer> {
  const { config, faults } = read();
  if (config === undefined) return { ok: false, problem: faults.join('\n') };
  const given = await withFoundModel(config);
  const lack = given.lacks.find(({ of }) => of === 'model');
  if (lack !== undefined) return { ok: false, problem: [...lack.found, NONE_FOUND].join('\n') };
  const told = `I have found ${quoted(given.config.model.id)}, and start again: that takes some seconds.`;
  return { ok: true, told };
}

/** Nothing that is told or kept has the secret in it from now on; one that is refused is forgotten again. */
async function withSecret(
  { redaction }: Setting,
  secret: { name: string; value: string },
  work: () => Promise<SetUpAnswer>,
): Promise<SetUpAnswer> {
  const forget = redaction.learn([secret]);
  const answer = await work();
  if (!answer.ok) forget();
  return answer;
}

/**
 * Writes values into `.env`, if the settings are right with them and they count; says what is wrong
 * otherwise, and leaves it as it was.
 */
async function keep(
  { directory, read, log }: Setting,
  values: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const written = await writeDotEnv(directory, values);
  if (!written.ok) return `${written.problem} Put it there by hand, and start me again.`;
  const { config, faults } = read();
  const problem = config === undefined ? faults.join('\n') : overruled(config, values);
  if (problem !== undefined) await written.undo();
  else
    log.info({ names: Object.keys(values) }, 'settings were kept in .env; the program starts anew with them');
  return problem;
}

/** What the config has for these names; the environment and the config file go before `.env`. */
function overruled(config: Config, values: Readonly<Record<string, string>>): string | undefined {
  const { model, secrets } = config;
  const has: Readonly<Record<string, string | undefined>> = {
    ...secrets,
    MODEL_ID: model.id,
    MODEL_BASE_URL: model.base_url,
  };
  const names = Object.keys(values).filter((name) => has[name] !== values[name]);
  if (names.length === 0) return undefined;
  return `${names.join(' and ')} would not count: the environment that I was started in, or the config file, says something else, and goes before .env. Change it there.`;
}

const quoted = (text: string): string => `\`${text.replaceAll('`', '')}\``;

const SET_ALREADY = 'This is set already. To change it, edit .env and start me again.';
const REFUSED_TOKEN =
  'The Hub refuses it: it was revoked, has run out, or was not copied as a whole. Make another one at https://huggingface.co/settings/tokens.';
const NO_INFERENCE =
  'It may not ask models, and I have no other one: allow it “Make calls to Inference Providers” at https://huggingface.co/settings/tokens.';
const NONE_FOUND =
  'I have found no model that will do, neither in the settings nor on this machine. Is the server running?';

const LACKING: Readonly<Record<Use, string>> = {
  models: 'It may not ask models: that takes “Make calls to Inference Providers”.',
  jobs: 'It may not run jobs: that takes “Jobs: write”, and none will start.',
  repositories: 'It may not write to repositories: nothing will be pushed.',
};
