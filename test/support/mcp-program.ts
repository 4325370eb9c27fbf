/**
 * A server of tools as a program, for `node -e`: it answers by the name of the method, a page of a list by
 * its cursor, and with an error where the answer is `refused`. `talks` is JavaScript that it runs before all.
 */
const PROGRAM = `
const { results, talks } = eval('(' + process.argv[1] + ')');
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
const asked = {};
let rest = '';
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line);
    if (method === undefined) continue;
    asked[method] = (asked[method] ?? 0) + 1;
    talks?.({ method, send, asked });
    if (id === undefined) continue;
    const result = results[method];
    const said = typeof result === 'function' ? result(params, asked) : result;
    send(said?.refused ? { id, error: said.refused } : { id, result: said });
  }
});
`;

const INITIALIZED = `{ protocolVersion: '2025-06-18', capabilities: { tools: { listChanged: true } }, serverInfo: { name: 'f', version: '1' } }`;

/** How the program is started; what it answers, and what it does besides, are JavaScript. */
export const mcpProgram = (results: string, talks = 'undefined', env: Record<string, string> = {}) => ({
  command: process.execPath,
  args: ['-e', PROGRAM, `{ talks: ${talks}, results: { initialize: ${INITIALIZED}, ...(${results}) } }`],
  env,
});
