/** A server of tools as it is started, and what is harmless to call in it. `{dir}` is a folder of its own. */
export type Server = {
  package: string;
  over: 'stdio' | 'http' | 'sse';
  /** `{port}` is free. */
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Where it answers, over HTTP. */
  path?: string;
  calls: readonly (readonly [tool: string, args: Readonly<Record<string, unknown>>, says: RegExp])[];
};

const EVERYTHING: Server['calls'] = [
  ['echo', { message: 'hello' }, /hello/],
  ['get-sum', { a: 2, b: 3 }, /5/],
  ['get-tiny-image', {}, /picture/],
  ['get-structured-content', { location: 'Chicago' }, /temperature/],
];
const GIT: Server['calls'] = [['git_status', { path: '{dir}' }, /isClean|branch/i]];
const RUN: Server['calls'] = [['run-code', { code: 'console.log(6*7)', languageId: 'javascript' }, /42/]];

export const SERVERS: readonly Server[] = [
  { package: '@modelcontextprotocol/server-everything', over: 'stdio', calls: EVERYTHING },
  {
    package: '@modelcontextprotocol/server-everything',
    over: 'http',
    args: ['streamableHttp'],
    env: { PORT: '{port}' },
    path: '/mcp',
    calls: EVERYTHING,
  },
  {
    package: '@modelcontextprotocol/server-everything',
    over: 'sse',
    args: ['sse'],
    env: { PORT: '{port}' },
    path: '/sse',
    calls: EVERYTHING.slice(0, 2),
  },
  {
    package: '@modelcontextprotocol/server-filesystem',
    over: 'stdio',
    args: ['{dir}'],
    calls: [
      ['list_allowed_directories', {}, /Allowed/],
      ['read_text_file', { path: '{dir}/read-me.txt' }, /one/],
    ],
  },
  {
    package: '@modelcontextprotocol/server-memory',
    over: 'stdio',
    env: { MEMORY_FILE_PATH: '{dir}/memory.jsonl' },
    calls: [['read_graph', {}, /entities/]],
  },
  {
    package: '@modelcontextprotocol/server-sequential-thinking',
    over: 'stdio',
    calls: [
      [
        'sequentialthinking',
        { thought: 'one', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
        /thoughtNumber/,
      ],
    ],
  },
  {
    package: '@kazuph/mcp-taskmanager',
    over: 'stdio',
    env: { TASK_MANAGER_FILE_PATH: '{dir}/tasks.json' },
    calls: [['list_requests', {}, /./]],
  },
  {
    package: '@cyanheads/git-mcp-server',
    over: 'stdio',
    env: { MCP_TRANSPORT_TYPE: 'stdio', MCP_LOG_LEVEL: 'error', LOGS_DIR: '{dir}/logs' },
    calls: GIT,
  },
  {
    package: '@cyanheads/git-mcp-server',
    over: 'http',
    env: {
      MCP_TRANSPORT_TYPE: 'http',
      MCP_HTTP_PORT: '{port}',
      MCP_LOG_LEVEL: 'error',
      LOGS_DIR: '{dir}/logs',
    },
    path: '/mcp',
    calls: GIT,
  },
  {
    package: '@itseasy21/mcp-knowledge-graph',
    over: 'stdio',
    env: { MEMORY_FILE_PATH: '{dir}/graph.jsonl' },
    calls: [['read_graph', {}, /entities/]],
  },
  // Over HTTP this version fails at every client's second request.
  { package: 'mcp-server-code-runner', over: 'stdio', calls: RUN },
  {
    package: '@coo-quack/calc-mcp',
    over: 'stdio',
    calls: [['math', { action: 'eval', expression: '2+3' }, /5/]],
  },
  {
    package: '@eslint/mcp',
    over: 'stdio',
    calls: [['lint-files', { filePaths: ['{dir}/code.js'] }, /no-debugger/]],
  },
  { package: '@playwright/mcp', over: 'stdio', args: ['--headless'], calls: [] },
  {
    package: '@playwright/mcp',
    over: 'http',
    args: ['--headless', '--port', '{port}'],
    path: '/mcp',
    calls: [],
  },
];
