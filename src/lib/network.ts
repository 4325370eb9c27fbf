import { readFileSync } from 'node:fs';
import { setGlobalProxyFromEnv } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** How connections leave the machine, as the environment and `.env` say. */
export type Network = { HTTP_PROXY?: string; HTTPS_PROXY?: string; NO_PROXY?: string; caFile?: string };

/** What the process uses. Node's own proxies and certificates are the process's, too. */
let active: Network = {};
let undo: (() => void) | undefined;

/**
 * Lets all that is asked over HTTP take the proxies that are named, and trusts the certificates of a file
 * besides those that Node trusts. For the whole process, before the first connection.
 */
export function useNetwork(network: Network): void {
  undo?.();
  active = network;
  const { caFile, ...proxies } = network;
  if (caFile !== undefined) {
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(caFile, 'utf8')]);
  }
  undo = hasProxy() ? setGlobalProxyFromEnv(proxies) : undefined;
}

export const hasProxy = (): boolean => active.HTTPS_PROXY !== undefined || active.HTTP_PROXY !== undefined;

/** For an EnvHttpProxyAgent of undici, whose clients don't take the process's proxies by themselves. */
export const proxyOptions = (): { httpProxy: string; httpsProxy: string; noProxy: string } => ({
  httpProxy: active.HTTP_PROXY ?? '',
  httpsProxy: active.HTTPS_PROXY ?? '',
  noProxy: active.NO_PROXY ?? '',
});

/** The proxy that leads to a host; undefined where the way is direct. */
export function proxyFor({ protocol, hostname, port }: URL, network: Network = active): URL | undefined {
  const isSecure = protocol === 'https:' || protocol === 'wss:';
  const proxy = isSecure ? network.HTTPS_PROXY : network.HTTP_PROXY;
  const host = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (proxy === undefined || isExcluded(host, port || (isSecure ? '443' : '80'), network.NO_PROXY ?? ''))
    return undefined;
  return new URL(proxy);
}

/**
 * As undici reads NO_PROXY: names and all below them, `*.name` for those below alone, `*`, each with a port
 * or without.
 */
function isExcluded(host: string, port: string, noProxy: string): boolean {
  return noProxy.split(/[,\s]+/).some((entry) => {
    const [, name = '', only] = /^(\[[^\]]+\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (name === '' || (only !== undefined && only !== port)) return false;
    const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
    return name === '*' || (bare === host && !name.startsWith('*')) || host.endsWith(`.${bare}`);
  });
}
