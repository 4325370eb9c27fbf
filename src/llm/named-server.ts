import { z } from 'zod';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import { awayReason, certificateProblem } from '../lib/unreachable.ts';
import { LEAST_CONTEXT_TOKENS, loadedContexts, NO_CHAT } from './local-servers.ts';

/** A server that speaks OpenAI's API, as somebody names it: an empty model is the one that it has. */
export type NamedServer = { address: string; key: string; model: string };

/**
 * What stands in the settings for it; or what is wrong, and with which part. `choices` are models to name.
 */
export type CheckedServer =
  | { ok: true; baseUrl: string; model: string }
  | { ok: false; field: keyof NamedServer; problem: string; choices?: readonly string[] };

/** The form of OpenAI's list of models; some servers leave out what kind of object it is. */
const List = z.looseObject({ data: z.array(z.looseObject({ id: z.string().min(1) })) });

const ANSWER_MS = 8_000;

/** As many models as somebody picks from. */
const MOST_CHOICES = 500;

const bounded = boundedFetch({ bytes: 4_000_000 });

/**
 * Asks a server for its models, which is how it is known to be one, and finds the one that is meant. One that
 * is loaded with too short a context is refused, as far as the server tells.
 */
export async function checkServer(
  { address, key, model }: NamedServer,
  send: typeof fetch = bounded,
): Promise<CheckedServer> {
  const baseUrl = baseUrlOf(address);
  if (baseUrl === undefined) return { ok: false, field: 'address', problem: NO_ADDRESS };
  const answer = await listAt(baseUrl, key, send);
  if (!answer.ok) return answer;
  const all = answer.list.data.map(({ id }) => id);
  const choices = all.filter((id) => !NO_CHAT.test(id)).slice(0, MOST_CHOICES);
  if (all.length === 0) return { ok: false, field: 'address', problem: NO_MODELS };
  const meant = model === '' && choices.length === 1 ? choices[0] : model;
  if (meant === undefined || meant === '') {
    return { ok: false, field: 'model', problem: `It has ${choices.length} models: name one.`, choices };
  }
  if (!all.includes(meant)) {
    return { ok: false, field: 'model', problem: 'It has no model of this name.', choices };
  }
  const context = (await loadedContexts(answer.ask, answer.list)).get(meant);
  if (context !== undefined && context.tokens < LEAST_CONTEXT_TOKENS) {
    const tokens = context.tokens.toLocaleString('en');
    const problem = `Its context of ${tokens} tokens is too short for my work: ${context.mend}.`;
    return { ok: false, field: 'model', problem, choices };
  }
  return { ok: true, baseUrl, model: meant };
}

/** The address without what people copy with it. */
function baseUrlOf(address: string): string | undefined {
  const url = URL.parse(/^[a-z]+:\/\//i.test(address) ? address : `http://${address}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  const path = url.pathname.replace(/(?<!\/)\/+$/, '').replace(/\/(?:chat\/completions|models)$/, '');
  return `${url.origin}${path === '' ? '/v1' : path}`;
}

type Listed = { ok: true; list: z.infer<typeof List>; ask(path: string): Promise<unknown> };

async function listAt(
  baseUrl: string,
  key: string,
  send: typeof fetch,
): Promise<Listed | (CheckedServer & { ok: false })> {
  const wrong = (field: keyof NamedServer, problem: string) => ({ ok: false as const, field, problem });
  const get = (url: string) =>
    send(url, {
      headers: key === '' ? {} : { authorization: `Bearer ${key}` },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  const root = baseUrl.replace(/\/v\d+$/, '');
  const ask = async (path: string): Promise<unknown> => {
    const response = await get(`${root}${path}`).catch(() => undefined);
    return response?.ok ? response.json().catch(() => undefined) : undefined;
  };
  try {
    const response = await get(`${baseUrl}/models`);
    const { status } = response;
    if (status === 401 || status === 403) return wrong('key', key === '' ? NEEDS_KEY : REFUSED_KEY);
    const list = List.safeParse(await response.json().catch(() => undefined));
    if (response.ok && list.success) return { ok: true, list: list.data, ask };
    return wrong('address', `${baseUrl}/models answers ${status}, and not with a list of models.`);
  } catch (error) {
    const certificate = certificateProblem(error);
    const why = certificate ? `it shows ${certificate}` : (awayReason(error) ?? 'it can’t be asked');
    return wrong('address', `${baseUrl} does not answer: ${why}.`);
  }
}

const NO_ADDRESS = 'This is no address of a server: it looks like http://localhost:8000/v1.';
const NO_MODELS = 'It answers, and has no model.';
const NEEDS_KEY = 'It takes a key.';
const REFUSED_KEY = 'It refuses this key.';
