import { sleep } from '../../http.ts';
import type { Answer, HubRequest } from '../route.ts';
import type { DoubleRepo } from './repo.ts';
import type { HubRepos } from './repos.ts';
import { SpaceHost } from './space-host.ts';

/** What a Space has besides its files: secrets, hardware, variables, volumes, and a host that runs it. */
export async function routeSpace(
  repos: HubRepos,
  repo: DoubleRepo,
  rest: string,
  { method, body }: HubRequest,
): Promise<Answer> {
  const pass = SpaceHost.passFor(repo.id);
  if (rest === '/jwt') return { status: 200, answer: { token: pass, accessToken: `Bearer ${pass}` } };
  const ways = ['/secrets', '/restart', '/hardware'];
  if (!ways.includes(rest) || method !== 'POST') return routeParts(repo, method, rest, body);
  if (rest === '/secrets') {
    const { key, value } = JSON.parse(body) as { key: string; value: string };
    repo.secrets.set(key, value);
  }
  if (rest === '/hardware') {
    const wanted = JSON.parse(body) as { flavor: string; sleepTimeSeconds?: number };
    repo.sleepTimeSeconds = wanted.sleepTimeSeconds;
    repo.requestedHardware = wanted.flavor;
    // It goes on as it is until there is hardware for it.
    void move(repos, repo, wanted.flavor);
    return { status: 200, answer: runtimeOf(repo) };
  }
  if (repo.stage !== 'BUILD_ERROR') repo.stage = 'BUILDING';
  void build(repos, repo);
  return { status: 200, answer: runtimeOf(repo) };
}

/** The hardware that was asked for is there after a while, and then the Space begins anew on it. */
async function move(repos: HubRepos, repo: DoubleRepo, flavor: string): Promise<void> {
  await repos.hardwareComes;
  await sleep(50);
  await repos.host.stop(repo.id);
  repo.hardware = flavor;
  repo.stage = 'BUILDING';
  await build(repos, repo);
}

/** A short while, as if an image were built. */
async function build(repos: HubRepos, repo: DoubleRepo): Promise<void> {
  await sleep(50);
  if (repo.stage !== 'BUILDING') return;
  await repos.host.start(repo);
  repo.stage = 'RUNNING';
}

/** How a Space runs; undefined of what is none. */
export const runtimeOf = ({ kind, stage, hardware, requestedHardware, volumes }: DoubleRepo) =>
  kind === 'space'
    ? { stage, hardware: { current: hardware, requested: requestedHardware ?? hardware }, volumes }
    : undefined;

function routeParts(repo: DoubleRepo, method: string, rest: string, body: string): Answer {
  if (rest === '/volumes' && method === 'PUT') {
    repo.volumes = (JSON.parse(body) as { volumes: Record<string, unknown>[] }).volumes;
    return { status: 200, answer: runtimeOf(repo) };
  }
  if (rest !== '/variables') return { status: 404, answer: { error: 'Not found' } };
  if (method === 'POST') {
    const { key, value } = JSON.parse(body) as { key: string; value: string };
    repo.variables.set(key, value);
  }
  const variables = [...repo.variables].map(([key, value]) => [key, { key, value }]);
  return { status: 200, answer: Object.fromEntries(variables) };
}
