import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Logger } from './log.ts';

/** Whether the tokens of the settings are still taken by those whom they are for. */
export type Tokens = {
  /** Notes that a token was refused: it is named in the log, once until it is taken again. */
  refused(setting: string, by: string, code: string | number): void;
  /** Notes that it was taken. */
  taken(setting: string): void;
  /** Settings whose tokens are refused, and what was said. */
  refusals(): Readonly<Record<string, string>>;
  stop(): void;
};

/**
 * What undici tells of an answer: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel,
 * `undici:request:headers`.
 */
type Answered = {
  request: { origin: string | URL; headers: readonly (string | Buffer)[] | string };
  response: { statusCode: number; headers: readonly Buffer[] };
};

/** Settings that are sent as they are. */
const READ = /^(?!ENCRYPTION_).*(?:TOKEN|KEY)$/;

const CHANNEL = 'undici:request:headers';

/**
 * Looks at the answers of everything that is asked over HTTP with one of these tokens: 401 says that it was
 * revoked, has run out or is wrong. The Hub also gives it for single repositories, with a code of its own,
 * which says nothing of the token. `secrets` are the settings by name.
 */
export function watchTokens(secrets: Readonly<Record<string, string | undefined>>, log: Logger): Tokens {
  const known = Object.entries(secrets).filter(
    (entry): entry is [string, string] => READ.test(entry[0]) && (entry[1]?.length ?? 0) >= 8,
  );
  const refusals = new Map<string, string>();

  function refused(setting: string, by: string, code: string | number): void {
    if (refusals.has(setting)) return;
    const text = `refused by ${by} (${code})`;
    refusals.set(setting, text);
    log.error({ setting, by, code }, `${setting} is ${text}. Put a valid one in its place, and restart.`);
  }

  function taken(setting: string): void {
    if (refusals.delete(setting)) log.info({ setting }, 'a token that was refused is taken again');
  }

  function look(message: unknown): void {
    const { request, response } = message as Answered;
    const used = authorizationOf(request.headers);
    if (used === undefined) return;
    const [setting] = known.find(([, value]) => used.includes(value)) ?? [];
    if (setting === undefined) return;
    const isAboutRepo = headerOf(response.headers, 'x-error-code') !== undefined;
    if (response.statusCode === 401 && !isAboutRepo) refused(setting, hostOf(request.origin), 401);
    else if (response.statusCode < 300) taken(setting);
  }

  subscribe(CHANNEL, look);
  return {
    refused,
    taken,
    refusals: () => Object.fromEntries(refusals),
    stop: () => void unsubscribe(CHANNEL, look),
  };
}

function authorizationOf(headers: Answered['request']['headers']): string | undefined {
  if (typeof headers !== 'string') return headerOf(headers, 'authorization');
  return /^authorization: (.+)$/im.exec(headers)?.[1];
}

/** Names and values stand one after the other. */
function headerOf(headers: readonly (string | Buffer)[], name: string): string | undefined {
  const at = headers.findIndex((part, i) => i % 2 === 0 && String(part).toLowerCase() === name);
  return at === -1 ? undefined : String(headers[at + 1]);
}

const hostOf = (origin: string | URL): string => new URL(origin).host;
