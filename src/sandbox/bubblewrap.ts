import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MountedFolder } from './mounted-folder.ts';

export type Limits = {
  /** Of one process, in seconds of CPU. */
  cpuSeconds: number;
  /** Of all processes of a command together, and of each by itself. */
  memoryMb: number;
  processes: number;
  /** Of the workspace, and of each file by itself. */
  diskMb: number;
  /** Files and folders of the workspace. */
  files: number;
};

export type Mounts = {
  /** What the sandbox sees as /work. */
  workspace: string;
  /** Whether it can be written to. */
  isReadOnly: boolean;
  /** Holds passwd and group, as the sandbox is to see them. */
  etc: string;
  /** Folders of this machine that must not be seen even where they lie under /usr. */
  hidden: readonly string[];
  /** A folder of this machine that is seen where it is. */
  mounted: MountedFolder | undefined;
  /** The proxy's socket and a Node that brings its clients to it; undefined is no network at all. */
  proxy: { socket: string; node: string } | undefined;
  /** Single programs from elsewhere. */
  programs: Readonly<Record<string, string>>;
};

/**
 * What bwrap is told, and the command that it runs; told apart, because whoever is inside can read the
 * latter.
 */
export type Confined = { settings: string[]; command: string[] };

/** Inside; outside it is whoever runs the sandbox. */
const USER_ID = '1000';
const PROXY_PORT = 3128;
const PROXY_SOCKET = '/run/proxy.sock';

/** What programs need of /etc, where there is any. */
const ETC = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/pki/tls/certs',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
];

/**
 * The arguments of bwrap for one command: namespaces of its own for mounts, processes, users, network, IPC
 * and host name, a root made of this machine's programs, read-only, and nothing else of it; one folder to
 * write in. No capability, no further namespaces, no terminal, and an end with whoever started it.
 */
export function confined(mounts: Mounts, limits: Limits, argv: readonly string[]): Confined {
  const { workspace, isReadOnly, etc, hidden, mounted, proxy, programs } = mounts;
  const memory = limits.memoryMb * 1024 * 1024;
  const settings = [
    ...['--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent', '--new-session'],
    ...['--cap-drop', 'ALL', '--uid', USER_ID, '--gid', USER_ID, '--hostname', 'sandbox'],
    ...programFolders(),
    ...hidden.filter((path) => path.startsWith('/usr/')).flatMap((path) => ['--tmpfs', path]),
    ...ETC.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--ro-bind', `${etc}/passwd`, '/etc/passwd', '--ro-bind', `${etc}/group`, '/etc/group'],
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--size', String(Math.floor(memory / 4)), '--tmpfs', '/dev/shm'],
    ...['--size', String(Math.floor(memory / 4)), '--tmpfs', '/tmp'],
    ...[isReadOnly ? '--ro-bind' : '--bind', workspace, '/work', '--chdir', '/work'],
    ...(mounted
      ? [mounted.isWritable && !isReadOnly ? '--bind' : '--ro-bind', mounted.path, mounted.path]
      : []),
    ...Object.entries(programs).flatMap(([name, path]) => ['--ro-bind', path, `/opt/bin/${name}`]),
    ...(proxy ? ['--ro-bind', proxy.node, '/opt/proxy/node', '--bind', proxy.socket, PROXY_SOCKET] : []),
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    '--clearenv',
    ...Object.entries(environment(proxy !== undefined)).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
  return { settings, command: ['bash', '-c', wrapper(limits, proxy !== undefined), 'sandbox', ...argv] };
}

/** The programs of this machine, to be read only. */
export const programFolders = (): string[] => [
  ...['--ro-bind', '/usr', '/usr'],
  ...['bin', 'sbin', 'lib', 'lib32', 'lib64'].flatMap(rootFolder),
];

/** Distributions either keep these in /usr, with links to them, or beside it. */
function rootFolder(name: string): string[] {
  const path = `/${name}`;
  if (!existsSync(path)) return [];
  return lstatSync(path).isSymbolicLink()
    ? ['--symlink', readlinkSync(path), path]
    : ['--ro-bind', path, path];
}

function environment(hasNetwork: boolean): Record<string, string> {
  const proxy = `http://127.0.0.1:${PROXY_PORT}`;
  return {
    PATH: '/work/.local/bin:/opt/bin:/usr/local/bin:/usr/bin:/bin',
    HOME: '/work',
    USER: 'agent',
    LANG: 'C.UTF-8',
    TMPDIR: '/tmp',
    PYTHONUNBUFFERED: '1',
    PIP_BREAK_SYSTEM_PACKAGES: '1', // it installs into /work: the system's own can't be written
    ...(hasNetwork
      ? { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, http_proxy: proxy }
      : { HF_HUB_OFFLINE: '1' }),
  };
}

/** The limits of every process, set where nothing can raise them again. */
function wrapper({ cpuSeconds, memoryMb, processes, diskMb }: Limits, hasNetwork: boolean): string {
  const limits = [
    `ulimit -c 0 -n 4096 -t ${cpuSeconds} -u ${processes} -f ${diskMb * 1024} -d ${memoryMb * 1024}`,
    'exec "$@"',
  ];
  return (hasNetwork ? [FORWARD, ...limits] : limits).join('\n');
}

/**
 * Programs speak to proxies over TCP, and the only way out is a socket in the file system. The command begins
 * once something listens.
 */
const FORWARD = `read -r _ < <(exec /opt/proxy/node -e '
const net = require("node:net");
net.createServer({ allowHalfOpen: true }, (client) => {
  const way = net.connect({ path: "${PROXY_SOCKET}", allowHalfOpen: true });
  client.pipe(way).pipe(client);
  client.on("error", () => way.destroy());
  way.on("error", () => client.destroy());
}).listen(${PROXY_PORT}, "127.0.0.1", () => console.log("ready"));' 2>/dev/null)`;

/** The folder that this program lies in. */
export const OWN_FOLDER = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
