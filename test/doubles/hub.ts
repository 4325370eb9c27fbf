import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, bytesOf, type Listening, listen, sendJson, sleep } from './http.ts';
import { HubRepos } from './hub-repos.ts';
import { PublicPages } from './pages.ts';

/** How a job of this double goes. Times are real milliseconds. Without `stage` it runs until a test ends it. */
export type JobCourse = {
  queueMs: number;
  runMs: number;
  lines: readonly string[];
  stage?: 'COMPLETED' | 'ERROR';
  message?: string;
};

export type DoubleJob = {
  id: string;
  namespace: string;
  spec: Record<string, unknown> & { labels?: Record<string, string>; flavor?: string; command?: string[] };
  createdAt: number;
  course: JobCourse;
  /** Set when somebody ended it before its course was run. */
  ended: { stage: string; at: number; message?: string } | undefined;
};

/** In the form of the client's ApiScheduledJob; secrets are kept here and told to nobody. */
export type DoubleScheduledJob = {
  id: string;
  namespace: string;
  schedule: string;
  suspend: boolean;
  concurrency: boolean;
  createdAt: string;
  updatedAt: string;
  jobSpec: Record<string, unknown>;
};

/** Parts of a request that a test may want to fail: each entry is used once. 'drop' does the work and cuts the answer. */
export type HubFault = { path: RegExp; method?: string; status: number | 'drop'; error?: string };

const HARDWARE = [
  hardware('cpu-basic', 'CPU Basic', '2 vCPU', '16 GB', null, 0.000167),
  hardware('cpu-upgrade', 'CPU Upgrade', '8 vCPU', '32 GB', null, 0.0005),
  hardware('t4-small', 'Nvidia T4 - small', '4 vCPU', '15 GB', 'T4', 0.006667),
  hardware('a10g-small', 'Nvidia A10G - small', '4 vCPU', '15 GB', 'A10G', 0.016667),
  hardware('a100-large', 'Nvidia A100 - large', '12 vCPU', '142 GB', 'A100', 0.041667),
];

/** In the form of GET /api/jobs/hardware, after huggingface_hub's JobHardware: prices are for a minute. */
function hardware(
  name: string,
  prettyName: string,
  cpu: string,
  ram: string,
  gpu: string | null,
  usd: number,
) {
  const accelerator = gpu && {
    type: 'gpu',
    model: gpu,
    quantity: '1',
    vram: '24 GB',
    manufacturer: 'Nvidia',
  };
  const unitCostMicroUSD = Math.round(usd * 1e6);
  return { name, prettyName, cpu, ram, accelerator, unitCostMicroUSD, unitCostUSD: usd, unitLabel: 'minute' };
}

/** Jobs on one page of the list. */
const PAGE = 50;

/** The dataset that the datasets-server routes know; forms after https://huggingface.co/docs/dataset-viewer. */
const DATASET = 'stanfordnlp/imdb';
const DATASET_ROUTES: Readonly<Record<string, unknown>> = {
  '/is-valid': { preview: true, viewer: true, search: true, filter: true, statistics: true },
  '/splits': {
    splits: [
      { dataset: DATASET, config: 'plain_text', split: 'train' },
      { dataset: DATASET, config: 'plain_text', split: 'test' },
    ],
    pending: [],
    failed: [],
  },
  '/info': {
    dataset_info: {
      features: {
        text: { dtype: 'string', _type: 'Value' },
        label: { names: ['neg', 'pos'], _type: 'ClassLabel' },
      },
      splits: {
        train: { name: 'train', num_bytes: 33_435_948, num_examples: 25_000 },
        test: { name: 'test', num_bytes: 32_653_810, num_examples: 25_000 },
      },
    },
    partial: false,
  },
  '/first-rows': {
    dataset: DATASET,
    config: 'plain_text',
    split: 'train',
    features: [
      { feature_idx: 0, name: 'text', type: { dtype: 'string', _type: 'Value' } },
      { feature_idx: 1, name: 'label', type: { names: ['neg', 'pos'], _type: 'ClassLabel' } },
    ],
    rows: [
      { row_idx: 0, row: { text: 'A film that never finds its feet.', label: 0 }, truncated_cells: [] },
      { row_idx: 1, row: { text: 'Two hours of pure delight.', label: 1 }, truncated_cells: [] },
      { row_idx: 2, row: { text: 'I wanted to like it and could not.', label: 0 }, truncated_cells: [] },
    ],
    truncated: true,
  },
  '/parquet': {
    parquet_files: [
      {
        dataset: DATASET,
        config: 'plain_text',
        split: 'test',
        url: 'https://example.invalid/0',
        filename: '0000.parquet',
        size: 20_470_363,
      },
      {
        dataset: DATASET,
        config: 'plain_text',
        split: 'train',
        url: 'https://example.invalid/1',
        filename: '0000.parquet',
        size: 20_979_968,
      },
    ],
    pending: [],
    failed: [],
    partial: false,
  },
};

const IDENTITY = {
  type: 'user',
  id: '6500000000000000000000aa',
  name: 'ada',
  fullname: 'Ada',
  orgs: [],
  canPay: true,
  isPro: true,
};

/** The Hub's Jobs API, whoami, and the datasets server, on one port. */
export class HubDouble {
  readonly jobs: DoubleJob[] = [];
  readonly scheduled: DoubleScheduledJob[] = [];
  readonly repos = new HubRepos(() => this.url);
  readonly pages = new PublicPages();
  /** Accounts by their token; any other token is ada's. What runs in one is for it alone. */
  readonly identities = new Map<string, string>();
  /** Organisations of the token's user. */
  orgs: string[] = [];
  readonly faults: HubFault[] = [];
  readonly requests: { method: string; path: string }[] = [];
  /** Asked for every request that no fault is set for. */
  disturb: (method: string, path: string) => HubFault['status'] | undefined = () => undefined;
  course: (spec: DoubleJob['spec']) => JobCourse = () => ({ queueMs: 0, runMs: 0, lines: [] });
  /** How often a stream looks for something new to send. */
  streamMs = 50;
  readonly #streams = new Set<ServerResponse>();
  #listening: Listening | undefined;

  static async start(options: { port?: number } = {}): Promise<HubDouble> {
    const hub = new HubDouble();
    hub.#listening = await listen((request, response) => hub.#handle(request, response), options.port);
    return hub;
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('the Hub double has not been started');
    return this.#listening.url;
  }

  async close(): Promise<void> {
    await this.repos.host.close();
    await this.#listening?.close();
  }

  /** Breaks off every stream that is open. */
  cutStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  /** Ends a running job. */
  finish(job: DoubleJob, stage: 'COMPLETED' | 'ERROR', message?: string): void {
    job.ended ??= { stage, at: Date.now(), ...(message ? { message } : {}) };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const { pathname, searchParams } = url;
    if (pathname.startsWith('/space-host/')) return this.repos.host.forward(request, response);
    const method = request.method ?? 'GET';
    this.requests.push({ method, path: pathname });
    const fault = this.#faultFor(method, pathname);
    if (typeof fault?.status === 'number') {
      return sendJson(response, fault.status, { error: fault.error ?? `scripted ${fault.status}` });
    }
    const [, oid] = /^\/lfs\/(\w+)$/.exec(pathname) ?? [];
    if (oid !== undefined) return sendJson(response, this.repos.keep(oid, await bytesOf(request)), {});
    const body = await bodyOf(request);
    if (fault?.status === 'drop') {
      this.#route(method, pathname, searchParams, body);
      return void response.destroy();
    }
    if (this.pages.answer(request, url, body, response)) return;
    if (pathname in DATASET_ROUTES) return datasets(pathname, searchParams, response);
    if (pathname !== '/api/jobs/hardware' && !request.headers.authorization?.startsWith('Bearer hf_')) {
      return sendJson(response, 401, { error: 'Invalid username or password.' });
    }
    const who = this.identities.get(request.headers.authorization?.replace('Bearer ', '') ?? '') ?? 'ada';
    const [, namespace = ''] = /^\/api\/(?:scheduled-)?jobs\/([^/]+)/.exec(pathname) ?? [];
    if ([...this.identities.values()].includes(namespace) && who !== namespace) {
      return sendJson(response, 403, { error: 'You do not have access to this account.' });
    }
    if (pathname === '/api/whoami-v2' && who !== 'ada') {
      return sendJson(response, 200, {
        ...IDENTITY,
        id: who,
        name: who,
        orgs: [],
        auth: { type: 'access_token' },
      });
    }
    if (this.repos.resolve(pathname, response, request.headers.range)) return;
    const stream = /^\/api\/jobs\/[^/]+\/([^/]+)\/(logs|events)$/.exec(pathname);
    if (stream)
      return this.#stream(stream[1] ?? '', stream[2] === 'logs' ? logEvents : stageEvents, request, response);
    const ofRepo = await this.repos.route(method, pathname, body, searchParams);
    const { status, answer } = ofRepo ?? this.#route(method, pathname, searchParams, body);
    sendJson(response, status, answer);
  }

  #faultFor(method: string, path: string): HubFault | undefined {
    const index = this.faults.findIndex((f) => f.path.test(path) && (f.method ?? method) === method);
    if (index !== -1) return this.faults.splice(index, 1)[0];
    const status = this.disturb(method, path);
    return status === undefined ? undefined : { path: /./, status };
  }

  #route(
    method: string,
    path: string,
    query: URLSearchParams,
    body: string,
  ): { status: number; answer: unknown } {
    if (path === '/api/whoami-v2')
      return {
        status: 200,
        answer: {
          ...IDENTITY,
          orgs: this.orgs.map((name) => ({ type: 'org', id: name, name, fullname: name, canPay: true })),
          auth: { type: 'access_token' },
        },
      };
    if (path.startsWith('/api/scheduled-jobs/')) return this.#routeScheduled(method, path, body);
    if (path === '/api/jobs/hardware') return { status: 200, answer: HARDWARE };
    const [, namespace = '', id = '', action] =
      /^\/api\/jobs\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
    if (namespace === '') return { status: 404, answer: { error: 'Not found' } };
    if (id === '' && method === 'POST')
      return { status: 200, answer: jobJson(this.#create(namespace, body)) };
    if (id === '') return { status: 200, answer: this.#list(namespace, query) };
    const job = this.jobs.find((item) => item.id === id && item.namespace === namespace);
    if (job === undefined) return { status: 404, answer: { error: 'Job not found' } };
    if (action === 'cancel') job.ended ??= { stage: 'CANCELED', at: Date.now() };
    return { status: 200, answer: jobJson(job) };
  }

  #routeScheduled(method: string, path: string, body: string): { status: number; answer: unknown } {
    const [, namespace = '', id, action] =
      /^\/api\/scheduled-jobs\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
    const shown = ({ jobSpec, namespace: _namespace, ...job }: DoubleScheduledJob) => {
      const { secrets: _secrets, ...spec } = jobSpec;
      return { ...job, jobSpec: spec };
    };
    if (id === undefined && method === 'POST') {
      const at = new Date().toISOString();
      const made = JSON.parse(body) as Pick<
        DoubleScheduledJob,
        'schedule' | 'suspend' | 'concurrency' | 'jobSpec'
      >;
      const job = { id: `5c${this.scheduled.length}`, namespace, createdAt: at, updatedAt: at, ...made };
      this.scheduled.push(job);
      return { status: 200, answer: shown(job) };
    }
    const own = this.scheduled.filter((job) => job.namespace === namespace);
    if (id === undefined) return { status: 200, answer: own.map(shown) };
    const job = own.find((item) => item.id === id);
    if (job === undefined) return { status: 404, answer: { error: 'Scheduled job not found' } };
    if (method === 'DELETE') this.scheduled.splice(this.scheduled.indexOf(job), 1);
    if (action === 'suspend' || action === 'resume') job.suspend = action === 'suspend';
    return { status: 200, answer: shown(job) };
  }

  /** One page, newest first, filtered by `label=key=value` and `stage`, as huggingface_hub's list_jobs asks. */
  #list(namespace: string, query: URLSearchParams) {
    const labels = query.getAll('label').map((pair) => pair.split('='));
    const stages = query.getAll('stage');
    return this.jobs
      .filter((job) => job.namespace === namespace)
      .filter((job) => labels.every(([key = '', value]) => job.spec.labels?.[key] === value))
      .filter((job) => stages.length === 0 || stages.includes(stageOf(job).stage))
      .reverse()
      .slice(0, PAGE)
      .map(jobJson);
  }

  #create(namespace: string, body: string): DoubleJob {
    const spec = JSON.parse(body) as DoubleJob['spec'];
    const id = (0x687f911eaea8n * 0x1000000n + BigInt(this.jobs.length + 1)).toString(16).padStart(24, '6');
    const job: DoubleJob = {
      id,
      namespace,
      spec,
      createdAt: Date.now(),
      course: this.course(spec),
      ended: undefined,
    };
    this.jobs.push(job);
    return job;
  }

  /** Server-sent events, from the first on, open for as long as the job runs. */
  async #stream(
    id: string,
    eventsOf: (job: DoubleJob) => readonly unknown[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const job = this.jobs.find((item) => item.id === id);
    if (job === undefined) return sendJson(response, 404, { error: 'Job not found' });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    let isOpen = true;
    request.on('close', () => {
      isOpen = false;
    });
    for (let sent = 0; isOpen; await sleep(this.streamMs)) {
      const isLast = isOver(stageOf(job).stage);
      for (const event of eventsOf(job).slice(sent)) {
        response.write(`data: ${JSON.stringify(event)}\n\n`);
        sent++;
      }
      if (isLast) break;
    }
    response.end();
  }
}

/** A log line as the Hub sends it; the first one is the Hub's own. */
function logEvents(job: DoubleJob): readonly unknown[] {
  if (stageOf(job).startedAt === undefined) return [];
  const timestamp = new Date(job.createdAt).toISOString();
  return [`===== Job started at ${timestamp} =====`, ...linesSoFar(job)].map((data) => ({ data, timestamp }));
}

/** Every stage that a job has been in, as its status was then. */
function stageEvents(job: DoubleJob): readonly unknown[] {
  const { stage, startedAt } = stageOf(job);
  const stages = ['SCHEDULING', ...(startedAt ? ['RUNNING'] : []), ...(isOver(stage) ? [stage] : [])];
  return stages.map((name) => ({ status: { stage: name, message: null } }));
}

const isOver = (stage: string) => ['COMPLETED', 'ERROR', 'CANCELED'].includes(stage);

function stageOf(job: DoubleJob): {
  stage: string;
  startedAt?: number;
  finishedAt?: number;
  message?: string;
} {
  const start = job.createdAt + job.course.queueMs;
  const natural = start + job.course.runMs;
  const { ended } = job;
  const now = Date.now();
  if (ended) {
    const startedAt = Math.min(start, ended.at);
    return {
      stage: ended.stage,
      startedAt,
      finishedAt: ended.at,
      ...(ended.message ? { message: ended.message } : {}),
    };
  }
  if (now < start) return { stage: 'SCHEDULING' };
  if (job.course.stage === undefined || now < natural) return { stage: 'RUNNING', startedAt: start };
  const { stage, message } = job.course;
  return { stage, startedAt: start, finishedAt: natural, ...(message ? { message } : {}) };
}

/** Lines appear evenly over the run. */
function linesSoFar(job: DoubleJob): readonly string[] {
  const { lines, queueMs, runMs } = job.course;
  if (job.ended || runMs === 0) return lines;
  const share = (Date.now() - job.createdAt - queueMs) / runMs;
  return lines.slice(0, Math.max(0, Math.ceil(Math.min(1, share) * lines.length)));
}

function jobJson(job: DoubleJob) {
  const { stage, startedAt, finishedAt, message } = stageOf(job);
  const { secrets, ...spec } = job.spec as { secrets?: Record<string, string> };
  return {
    type: 'job',
    id: job.id,
    createdAt: new Date(job.createdAt).toISOString(),
    startedAt: startedAt ? new Date(startedAt).toISOString() : null,
    finishedAt: finishedAt ? new Date(finishedAt).toISOString() : null,
    status: { stage, message: message ?? null, failureCount: stage === 'ERROR' ? 1 : 0 },
    owner: { id: IDENTITY.id, name: job.namespace, type: 'user' },
    ...spec,
    secrets: Object.keys(secrets ?? {}),
  };
}

function datasets(route: string, query: URLSearchParams, response: ServerResponse): void {
  const error = 'The dataset does not exist, or is not accessible without authentication (private or gated).';
  const isKnown = query.get('dataset') === DATASET;
  sendJson(response, isKnown ? 200 : 404, isKnown ? DATASET_ROUTES[route] : { error });
}
