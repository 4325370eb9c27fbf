import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../root.ts';
import type { Hit } from './hosts.ts';
import { lineClient } from './lines.ts';
import type { Answers } from './names.ts';

/** Whether this process may make networks of its own, with programs that Debian has for it (iproute2). */
export const canMakeNetworks =
  spawnSync('unshare', ['--net', '--mount', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

/** Every address of the small internet; what is at the private ones must never be reached. */
export const PUBLIC = {
  pypi: '151.101.0.223',
  files: '151.101.1.63',
  page: '93.184.216.34',
  page6: '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
  other: '23.192.228.80',
} as const;
export const PRIVATE = {
  lan: '10.0.0.5',
  home: '192.168.1.1',
  metadata: '169.254.169.254',
  ecs: '169.254.170.2',
  azure: '168.63.129.16',
  alibaba: '100.100.100.200',
  oracle: '192.0.0.192',
  equinix: '192.80.8.124',
  ibm: '161.26.0.10',
  aws6: 'fd00:ec2::254',
  gcp6: 'fd20:ce::254',
} as const;

/** Names that the hosts' certificate is for. */
const CERTIFIED = ['pypi.org', 'files.pythonhosted.org', '*.hf.co', 'example.com', '*.example.com'];

/** A small internet without a way out, and the bot's tools in it. */
export type Internet = {
  name(name: string, ...answers: Answers): Promise<void>;
  /** How often the addresses of a name were looked up since it was set. */
  asked(name: string): Promise<number>;
  /** What is at a path, at a host and a path, or at those for a method. */
  pages(pages: Record<string, { status?: number; headers?: object; body?: string }>): Promise<void>;
  /** What arrived since it was asked last. */
  hits(): Promise<Hit[]>;
  tool(name: string, args: object): Promise<{ kind: string; output: string }>;
  fetch(
    url: string,
    secretHeaders?: Record<string, string>,
  ): Promise<{ ok: boolean; text?: string; reason?: string }>;
  /** Connects to an MCP server as the config describes it; rejects with what keeps it from that. */
  mcp(server: object): Promise<void>;
  /** The authority that signed for the hosts. */
  ca: string;
  close(): Promise<void>;
};

/**
 * Makes a network with nothing but these addresses in it, its own name server, and starts the bot's tools in
 * it: they know nothing of that but the authority, by NODE_EXTRA_CA_CERTS.
 */
export async function openInternet(config: object = {}): Promise<Internet> {
  const folder = mkdtempSync(join(tmpdir(), 'ml-intern-internet-'));
  chmodSync(folder, 0o755); // sandboxes of a root process pass through
  certify(folder);
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.53\n');
  writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: files dns\n');
  writeConfig(folder, config);
  const node = [process.execPath, '--no-warnings'];
  const hosts = spawn(
    'unshare',
    ['--net', '--mount', 'sh', '-ec', SET_UP, folder, ...node, join(import.meta.dirname, 'hosts.ts'), folder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const world = lineClient(hosts.stdin, hosts.stdout);
  await world.ready();
  const inside = ['--target', String(hosts.pid), '--net', '--mount'];
  const product = spawn('nsenter', [...inside, ...node, join(import.meta.dirname, 'product.ts')], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      ML_INTERN_CONFIG: join(folder, 'config.json'),
      ENCRYPTION_KEY: '5d1f0c7e9a3b48626fd07c1e95ab3d84e2b6190f7c4ad8536e01f9b27c8d4a35',
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const bot = lineClient(product.stdin, product.stdout);
  await bot.ready();
  return {
    name: (name, ...answers) => world.ask('name', { name, answers }),
    asked: (name) => world.ask('asked', name),
    pages: (pages) => world.ask('pages', pages),
    hits: () => world.ask('hits'),
    tool: (name, args) => bot.ask('tool', { name, args }),
    fetch: (url, secretHeaders) => bot.ask('fetch', { url, ...(secretHeaders ? { secretHeaders } : {}) }),
    mcp: (server) => bot.ask('mcp', server),
    ca: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    async close() {
      await Promise.all([ended(product), ended(hosts)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** In the new network and mount namespaces; $0 is the folder, the rest what is run then. */
const SET_UP = [
  'mount --make-rprivate /',
  'mount --bind "$0/resolv.conf" /etc/resolv.conf',
  '[ ! -e /etc/nsswitch.conf ] || mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf',
  'ip link set lo up',
  ...[...Object.values(PUBLIC), ...Object.values(PRIVATE)].map((address) =>
    address.includes(':') ? `ip addr add ${address}/128 dev lo nodad` : `ip addr add ${address}/32 dev lo`,
  ),
  'exec "$@"',
].join('\n');

function certify(folder: string): void {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-subj',
    '/CN=Test authority',
  );
  openssl(
    ...['req', '-x509', ...key, '-keyout', at('key.pem'), '-out', at('cert.pem'), '-subj', '/CN=hosts'],
    ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-addext', 'basicConstraints=CA:FALSE'],
    ...['-addext', `subjectAltName=${CERTIFIED.map((name) => `DNS:${name}`).join(',')}`],
  );
}

function writeConfig(folder: string, config: object): void {
  const base = JSON.parse(readFileSync(join(ROOT, 'configs/main_agent_config.json'), 'utf8'));
  const sandbox = { kind: 'local', directory: join(folder, 'sandboxes') };
  const own = { data_dir: join(folder, 'data'), sandbox, ...config };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...base, mcp_servers: {}, ...own }));
  mkdirSync(join(folder, 'prompts'));
  for (const name of ['system', 'research']) {
    const prompt = readFileSync(join(ROOT, `configs/prompts/${name}.md`));
    writeFileSync(join(folder, `prompts/${name}.md`), prompt);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
}
