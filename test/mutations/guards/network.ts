import type { Mutation } from '../mutation.ts';

const PRIVATE = 'private and metadata addresses';
const REBOUND = 'a name that changes between look-up and use';
const BEHIND = 'another host behind an allowed name';
const CONNECTIONS = 'too many, or silent, connections';
const NAMED = 'addresses that an MCP server names';

/** Every name may lead anywhere. */
const UNJUDGED = {
  file: 'src/lib/addresses.ts',
  text: '!addresses.every(({ address }) => isPublic(address))',
  becomes: 'addresses.length === 0',
};

/** What was judged is looked up once more for the connection. */
const LOOKED_UP_TWICE = {
  file: 'src/lib/addresses.ts',
  text: 'if (options.all) callback(null, addresses);',
  becomes: 'if (options.all) lookupAll(host, { ...options, all: true }, callback);',
};

/** Of "Network". */
export const NETWORK: readonly Mutation[] = [
  {
    threat: PRIVATE,
    file: 'src/lib/addresses.ts',
    text: '!isIn(bytes, SPECIAL_V4) && !isIn(bytes, CLOUDS_V4)',
    becomes: '!isIn(bytes, SPECIAL_V4)',
    test: 'unit/addresses',
    title: 'no address of the public internet',
  },
  {
    threat: PRIVATE,
    file: 'src/lib/addresses.ts',
    text: 'if (isIn(bytes, HOLDS_V4)) return isPublicV4(bytes.slice(12));',
    becomes: 'if (isIn(bytes, HOLDS_V4)) return true;',
    test: 'unit/addresses',
    title: 'also inside of IPv6',
  },
  {
    threat: PRIVATE,
    file: 'src/lib/addresses.ts',
    text: 'OWN_ENDINGS.test(name) || METADATA.has(name)',
    becomes: 'OWN_ENDINGS.test(name)',
    test: 'unit/addresses',
    title: 'a name of one’s own network',
  },
  { threat: PRIVATE, ...UNJUDGED, test: 'soak/small-internet', title: 'what may not' },
  { threat: PRIVATE, ...UNJUDGED, test: 'soak/small-internet', title: 'an allowed name that leads to' },
  {
    threat: REBOUND,
    ...LOOKED_UP_TWICE,
    test: 'soak/small-internet',
    title: 'a name that is public when it is looked up',
  },
  {
    threat: REBOUND,
    ...LOOKED_UP_TWICE,
    test: 'soak/small-internet',
    title: 'an allowed name that is private a moment later',
  },
  {
    threat: BEHIND,
    file: 'src/sandbox/name-gate.ts',
    text: "hello.serverName?.toLowerCase() === name ? 'open' : 'cut'",
    becomes: "hello.serverName?.toLowerCase() === name ? 'open' : 'open'",
    test: 'unit/name-gate',
    title: 'of what has not named the host nothing comes through',
  },
  {
    threat: BEHIND,
    file: 'src/sandbox/client-hello.ts',
    text: ' || serverName !== undefined) return OTHER;',
    becomes: ') return OTHER;',
    test: 'unit/client-hello',
    title: 'a hello with two names is none',
  },
  {
    threat: BEHIND,
    file: 'src/sandbox/client-hello.ts',
    text: 'if (length === 0 || length > MAX_HELLO_BYTES) return OTHER;',
    becomes: '',
    test: 'unit/client-hello',
    title: 'is none',
  },
  {
    threat: CONNECTIONS,
    file: 'src/sandbox/proxy.ts',
    text: '  server.maxConnections = limits.ofSession;\n',
    becomes: '',
    test: 'integration/sandbox-proxy',
    title: 'are limited for each session',
  },
  {
    threat: CONNECTIONS,
    file: 'src/sandbox/proxy.ts',
    text: '    if (all.size >= limits.ofAll) return void client.destroy();\n',
    becomes: '',
    test: 'integration/sandbox-proxy',
    title: 'are limited for each session',
  },
  {
    threat: CONNECTIONS,
    file: 'src/sandbox/proxy.ts',
    text: '    side.setTimeout(limits.idleMs, end);\n',
    becomes: '',
    test: 'integration/sandbox-proxy',
    title: 'that are silent are ended on both sides',
  },
  {
    threat: NAMED,
    file: 'src/tools/mcp/guarded-fetch.ts',
    text: 'boundedFetch(bounds, createPublicFetch())',
    becomes: 'boundedFetch(bounds)',
    test: 'soak/small-internet',
    title: 'what an MCP server names',
  },
  {
    threat: NAMED,
    file: 'src/tools/mcp/guarded-fetch.ts',
    text: 'headers: without(headers, init?.headers)',
    becomes: 'headers: new Headers(init?.headers)',
    test: 'soak/small-internet',
    title: 'is asked at public addresses',
  },
];
