import type { KnownSecret } from '../lib/redaction/known-values.ts';
import { kindOfName } from '../lib/redaction/names.ts';
import { createRedaction } from '../lib/redaction.ts';
import type { Config } from './load.ts';

/** Variables of ours that everybody may know: addresses and the name of an app. */
const PUBLIC = /(?:_BASE_URL|_CLIENT_ID)$/;

/** Every value of a config that nobody may get to see, with the name by which whoever set it knows it. */
export function secretsOf({ secrets, jobs, accounts, mcp_servers, network }: Config): KnownSecret[] {
  const own = named(secrets).filter(({ name }) => !PUBLIC.test(name));
  const addresses = named(secrets).filter(({ name }) => name.endsWith('_URL'));
  const servers = Object.entries(mcp_servers).flatMap(([name, server]) =>
    secretsOfServer(`mcp_servers.${name}.`, server),
  );
  const proxies = named({ HTTP_PROXY: network.HTTP_PROXY, HTTPS_PROXY: network.HTTPS_PROXY });
  return [
    ...own,
    ...named(jobs.secrets, 'jobs.secrets.'),
    ...Object.entries(accounts).flatMap(([id, account]) => [
      ...named({ token: account.token }, `accounts.${id}.`),
      ...named(account.secrets, `accounts.${id}.secrets.`),
    ]),
    ...servers,
    ...[...addresses, ...proxies].flatMap(passwordIn),
  ];
}

const named = (values: Readonly<Record<string, string | undefined>>, prefix = ''): KnownSecret[] =>
  Object.entries(values).flatMap(([name, value]) => (value ? [{ name: `${prefix}${name}`, value }] : []));

/**
 * What a server is started or reached with may be anything: what is secret by its name or its look counts as
 * that.
 */
function secretsOfServer(prefix: string, server: Config['mcp_servers'][string]): KnownSecret[] {
  const { env, headers, needs, oauth, args, url } = server;
  const { client_secret, private_key } = oauth ?? {};
  return [
    ...named({ client_secret, private_key }, `${prefix}oauth.`),
    ...named(env, `${prefix}env.`).filter(isSecret),
    ...named(headers, `${prefix}headers.`).filter(isSecret).map(withoutScheme),
    ...needs.map((value, i) => ({ name: `${prefix}needs.${i}`, value })).filter(isSecret),
    ...args.map((value, i) => ({ name: `${prefix}args.${i}`, value })).filter(isSecret),
    ...(url ? passwordIn({ name: `${prefix}url`, value: url }) : []),
    ...parametersOf(`${prefix}url`, url),
  ];
}

const shapes = createRedaction();

const isSecret = ({ name, value }: KnownSecret): boolean => {
  const own = name.split('.').at(-1) ?? '';
  return kindOfName(own) !== undefined || shapes.find({ [own]: value, token: value }).length > 0;
};

/** Of `Bearer …` the rest is the secret: programs print it without the scheme. */
const withoutScheme = ({ name, value }: KnownSecret): KnownSecret => ({
  name,
  value: value.replace(/^(?:Bearer|Basic|Token|Bot) +/i, ''),
});

/** What is secret in the query of an address. */
function parametersOf(name: string, url: string | undefined): KnownSecret[] {
  const parameters = [...(URL.parse(url ?? '')?.searchParams ?? [])];
  return parameters.map(([key, value]) => ({ name: `${name}.${key}`, value })).filter(isSecret);
}

/** The password in an address is a secret by itself, too: programs print it without the address. */
function passwordIn({ name, value }: KnownSecret): KnownSecret[] {
  const password = URL.parse(value)?.password;
  return password ? [{ name: `the password in ${name}`, value: decoded(password) }] : [];
}

/** As it is used; one with a % of its own stays as it is written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
