// The exec API of a sandbox Space: runs commands for whoever has the token, and streams what they print. No
// dependencies, so that it starts wherever there is Node. Frames of a stream are lines of JSON:
// {"o": base64} while it prints, at last {"end": ...}. Empty lines say that it still runs.
import { spawn } from 'node:child_process';
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const TOKEN = process.env.SANDBOX_TOKEN ?? '';
const FOLDER = process.env.SANDBOX_FOLDER ?? '/work';
const PORT = Number(process.env.PORT ?? 7860);
const BODY_BYTES = 50e6;
const OUTPUT_BYTES = 100e6;
const TAIL_BYTES = 64_000;
const BACKGROUND = 8;
const ALIVE_MS = Number(process.env.SANDBOX_ALIVE_MS ?? 15_000);

/** What commands see: nothing of what this server was told. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries({ ...process.env, HOME: FOLDER, PYTHONUNBUFFERED: '1' }).filter(
    ([name]) => !name.startsWith('SANDBOX_'),
  ),
);

/** Nothing was run since the start: a client that was here before knows that its files are gone. */
let isFresh = true;
const background = new Map();

/** Runs a command in a process group of its own, which `stop` ends as a whole. */
function run(argv, { timeoutMs, stdin, onlyStdout, onOutput }) {
  isFresh = false;
  const child = spawn(argv[0], argv.slice(1), { cwd: FOLDER, env: ENVIRONMENT, detached: true });
  let forced;
  let bytes = 0;
  function stop(end) {
    forced ??= end;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  }
  const timer = setTimeout(() => stop({ kind: 'timed_out' }), timeoutMs);
  function take(chunk) {
    bytes += chunk.length;
    if (bytes > OUTPUT_BYTES)
      stop({ kind: 'killed', reason: `it printed more than ${OUTPUT_BYTES / 1e6} MB` });
    else onOutput(chunk);
  }
  child.stdout.on('data', take);
  child.stderr.on('data', (chunk) => (onlyStdout ? undefined : take(chunk)));
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve({ kind: 'killed', reason: error.message }));
    // What it left running in its group goes with it.
    child.on('exit', (code, signal) => {
      stop(undefined);
      child.on('close', () =>
        resolve(forced ?? { kind: 'exited', code: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15) }),
      );
    });
  }).finally(() => clearTimeout(timer));
  return { ended, stop };
}

const ROUTES = {
  'GET /health': (_body, response) => sendJson(response, 200, { ok: true, isFresh }),

  async 'POST /exec'({ argv, timeoutMs, stdin, onlyStdout }, response) {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const { ended, stop } = run(argv, {
      timeoutMs,
      onlyStdout,
      stdin: stdin && Buffer.from(stdin, 'base64'),
      onOutput: (chunk) => response.write(`${JSON.stringify({ o: chunk.toString('base64') })}\n`),
    });
    response.on('close', () => stop({ kind: 'killed', reason: 'the caller went away' }));
    // Whoever is in between takes for dead what is silent for minutes: an empty line says that it is not.
    const alive = setInterval(() => response.write('\n'), ALIVE_MS);
    const end = await ended.finally(() => clearInterval(alive));
    response.end(`${JSON.stringify({ end })}\n`);
  },

  'POST /start'({ command }, response) {
    const open = [...background.values()].filter((item) => item.end === undefined);
    if (open.length >= BACKGROUND) {
      return sendJson(response, 409, {
        error: `${BACKGROUND} commands run in the background already; kill one first`,
      });
    }
    const item = { id: `p_${randomUUID().slice(0, 8)}`, command, end: undefined, output: '' };
    const { ended, stop } = run(['bash', '-c', command], {
      timeoutMs: 24 * 3_600_000,
      onOutput(chunk) {
        item.output = (item.output + chunk.toString()).slice(-TAIL_BYTES);
      },
    });
    void ended.then((end) => Object.assign(item, { end })); // it never rejects
    background.set(item.id, Object.assign(item, { stop }));
    sendJson(response, 200, shown(item));
  },

  'GET /background': (_body, response) => sendJson(response, 200, [...background.values()].map(shown)),

  'POST /kill'({ id }, response) {
    const item = background.get(id);
    const isRunning = item !== undefined && item.end === undefined;
    if (isRunning) item.stop({ kind: 'killed', reason: 'it was killed' });
    sendJson(response, 200, { killed: isRunning });
  },
};

const shown = ({ id, command, end, output }) => ({ id, command, end, output });

function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function isAllowed(request) {
  const given = Buffer.from(String(request.headers['x-sandbox-token'] ?? ''));
  const wanted = Buffer.from(TOKEN);
  return wanted.length > 0 && given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return bytes === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
}

const server = createServer((request, response) => {
  const route = ROUTES[`${request.method} ${new URL(request.url, 'http://sandbox').pathname}`];
  if (!isAllowed(request)) return sendJson(response, 401, { error: 'the token is missing or wrong' });
  if (route === undefined) return sendJson(response, 404, { error: 'there is no such route' });
  bodyOf(request)
    .then((body) => route(body, response))
    .catch((error) =>
      response.headersSent ? response.destroy() : sendJson(response, 400, { error: error.message }),
    );
});
server.listen(PORT, process.env.SANDBOX_HOST ?? '0.0.0.0', () =>
  console.log(`the sandbox listens on ${server.address().port}`),
);
