import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch as fetchOfPackage } from 'undici';
import { isKnownAsPrivate, NotPublic, publicLookup, refuseUnlessPublic } from './addresses.ts';
import { hasProxy, proxyFor, proxyOptions } from './network.ts';

/**
 * Connections to the public internet alone. Every request is judged here, also those that a redirect makes,
 * and what is connected to is what the name was found to be: see `publicLookup`. What goes through a proxy is
 * looked up there; a name that only the proxy can look up is the proxy's to judge.
 */
export function createPublicAgent(): Dispatcher {
  const connect = { lookup: publicLookup };
  const agent = hasProxy() ? new EnvHttpProxyAgent({ ...proxyOptions(), connect }) : new Agent({ connect });
  return agent.compose(onlyPublic);
}

/** `fetch` to the public internet alone, for addresses that are given as such. */
export function createPublicFetch(): typeof fetch {
  const dispatcher = createPublicAgent();
  return (url, init) => fetchOfUndici(url, { ...init, dispatcher });
}

/** Node's types are of the undici within Node, which is another one. */
const fetchOfUndici = fetchOfPackage as unknown as (
  url: string | URL | Request,
  init: Omit<RequestInit, 'dispatcher'> & { dispatcher: Dispatcher },
) => Promise<Response>;

/** Connections to wherever the config names. */
export const createTrustedAgent = (): Dispatcher =>
  hasProxy() ? new EnvHttpProxyAgent(proxyOptions()) : new Agent();

/** Why an address may not be asked, before its name is looked up; undefined where it may. */
export function refusalOf(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return `${url.protocol} is not asked, only http and https`;
  if (url.username !== '' || url.password !== '') return 'an address with a password in it is not asked';
  try {
    refuseUnlessPublic(url.hostname);
    return undefined;
  } catch (error) {
    if (error instanceof NotPublic) return error.message;
    throw error;
  }
}

const onlyPublic: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const fail = (error: Error) => handler.onResponseError?.(NO_CONTROLLER, error);
  judge(new URL(String(options.origin)))
    .then(() => dispatch(options, handler))
    .catch(fail);
  return true;
};

/** Undici's own interceptors have none either where a request fails before it is sent. */
const NO_CONTROLLER = undefined as never;

/** Throws NotPublic. */
async function judge(url: URL): Promise<void> {
  refuseUnlessPublic(url.hostname);
  if (proxyFor(url) !== undefined && (await isKnownAsPrivate(url.hostname)))
    throw new NotPublic(url.hostname);
}
