import type { Config } from '../config/load.ts';
import type { Lack } from '../controller/platform.ts';
import { endpointOf } from '../llm/endpoints.ts';

/**
 * What the bot was not given, in words for whoever runs it. `found` are lines on models that were looked for
 * on this machine.
 */
export function lacksOf(config: Config, found: readonly string[] = []): Lack[] {
  const lines = found.map((line) => `- ${line}`);
  const model: Lack = {
    of: 'model',
    text: [NO_MODEL, ...lines, '', DEMO].join('\n'),
    textHere: [NO_MODEL_HERE, ...lines, '', DEMO].join('\n'),
    found,
  };
  const hub: Lack = { of: 'hub', text: NO_ACCOUNT, textHere: NO_ACCOUNT_HERE, found: [] };
  return [...(hasModel(config) ? [] : [model]), ...(config.secrets.HF_TOKEN === undefined ? [hub] : [])];
}

/** Whether the model that is set can be asked: one that the router of Hugging Face serves takes a key. */
export function hasModel({ model, secrets }: Config): boolean {
  const { isRouter, apiKey, baseUrl } = endpointOf(model.id, {
    routerUrl: model.base_url,
    routerKey: secrets.MODEL_API_KEY ?? secrets.HF_TOKEN ?? '',
    isDirect: model.direct,
    responses: model.responses_api,
    keys: secrets,
  });
  return !isRouter || apiKey !== '' || URL.parse(baseUrl)?.hostname !== 'router.huggingface.co';
}

const ON_THIS_MACHINE =
  'Start a model on this machine, with a context of 32,768 tokens or more: [Ollama](https://ollama.com) (`OLLAMA_CONTEXT_LENGTH=32768 ollama serve`), LM Studio, vLLM or llama.cpp. I find it on its usual port.';

const NO_MODEL = [
  '**I have no model to think with yet.** Do one of these, and start me again:',
  '',
  '- Put `HF_TOKEN=hf_…` into `.env`: a token of [Hugging Face](https://huggingface.co/settings/tokens) with “Make calls to Inference Providers”. It also runs jobs, with “Jobs: write”.',
  `- ${ON_THIS_MACHINE}`,
  '- Set `MODEL_ID`, `MODEL_BASE_URL` and `MODEL_API_KEY` for any other server that speaks OpenAI’s API.',
].join('\n');

const NO_MODEL_HERE = [
  '**I have no model to think with yet.** Do one of these:',
  '',
  '- Paste a token of Hugging Face below. It also runs jobs.',
  `- ${ON_THIS_MACHINE} Then let me look again.`,
  '- Name any other server that speaks OpenAI’s API, below.',
].join('\n');

const DEMO =
  'To see me at work without any of that, stop me and run `npm run demo -- web`: a scripted demo in this page, in which the model, the jobs and the Hub are played by local programs.';

const NO_ACCOUNT =
  '**I start no jobs yet, and change nothing on the Hub:** that takes a token of [Hugging Face](https://huggingface.co/settings/tokens) with “Jobs: write” and write access to your repositories. Put it into `.env` as `HF_TOKEN=hf_…`, and start me again.';

const NO_ACCOUNT_HERE =
  '**I start no jobs yet, and change nothing on the Hub:** that takes a token of Hugging Face, below.';
