import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { FINE, type Finding, type Probe, refused } from '../../lib/probe.ts';

/**
 * A process has so many at least: connections, the record's files, and what each thing that is asked over
 * HTTP takes.
 */
const LEAST_OPEN_FILES = 256;

/** How many files the system lets this process have open, where it says so. */
export const openFilesProbe = (): Probe => ({
  who: 'this machine',
  async ask() {
    const limit = openFileLimit();
    if (limit === undefined || limit >= LEAST_OPEN_FILES) return FINE;
    return refused(
      `This process may open ${limit} files and connections (ulimit -n), and needs at least ${LEAST_OPEN_FILES}. Raise the limit: ulimit -n 4096, LimitNOFILE= of systemd, or --ulimit nofile= of Docker.`,
    );
  },
});

/** Node itself raises the soft limit to the hard one at its start, so that is what counts. */
function openFileLimit(): number | undefined {
  try {
    const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === 'unlimited' ? undefined : Number(soft) || undefined;
  } catch {
    return undefined; // no Linux
  }
}

/** Whether a port can be listened on. `names` are the settings that port and host come from. */
export const portProbe = (port: number, host: string, names: { port: string; host: string }): Probe => ({
  who: `port ${port}`,
  ask: () =>
    new Promise<Finding>((resolve) => {
      const server = createServer();
      server.once('error', (error: NodeJS.ErrnoException) =>
        resolve(refused(portProblem(error, port, host, names))),
      );
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(FINE)));
    }),
});

function portProblem(
  error: NodeJS.ErrnoException,
  port: number,
  host: string,
  names: { port: string; host: string },
): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `${names.port} ${port} is taken by another program. Stop that one, or set ${names.port} to another port.`;
    case 'EACCES':
    case 'EPERM':
      return `${names.port} ${port} may not be listened on by this user: ports below 1024 are the system's. Set ${names.port} to another port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      if (host.startsWith('['))
        return `${names.host} ${host} has brackets, which only URLs have. Leave them out.`;
      return `${names.host} ${host} is no address of this machine. Set ${names.host} to 0.0.0.0 for all of its addresses, or to one of them.`;
    default:
      return `${names.port} ${port} can't be listened on (${error.code ?? error.message}). Set ${names.port} to another port.`;
  }
}
