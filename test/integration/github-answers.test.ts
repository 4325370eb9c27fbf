import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { githubTools } from '../../src/tools/github.ts';
import { createGithub } from '../../src/web/github.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { ROOT } from '../support/root.ts';
import { runTool } from '../support/tool-context.ts';
import { webAt } from '../support/web.ts';

/*
 * What GitHub answers of repositories of every kind (https://docs.github.com/rest), and what is told of it.
 * `file` is a small file with that text, `raw` what is given to who asks for the raw form.
 */
type Answer = {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  file?: string;
  raw?: string;
  rawType?: string;
};
type Case = {
  kind: string;
  name: string;
  tool: string;
  args: object;
  answers: Record<string, Answer>;
  has: string[];
  lacks?: string[];
};

const CASES = JSON.parse(readFileSync(join(ROOT, 'test/corpora/github.json'), 'utf8')) as Case[];
const RAW = 'application/vnd.github.raw; charset=utf-8';

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
});
afterEach(() => hub.close());

const fileOf = (path: string, text: string) => ({
  type: 'file',
  path,
  name: path,
  sha: 'a1',
  size: text.length,
  encoding: 'base64',
  content: Buffer.from(text).toString('base64'),
  html_url: `https://github.com/harbour/boats/blob/main/${path}`,
});

describe.each(Object.entries(Object.groupBy(CASES, ({ kind }) => kind)))(
  'GitHub: %s',
  (_kind, cases = []) => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, { tool, args, ...one }) => {
      for (const [path, answer] of Object.entries(one.answers)) {
        hub.pages.instead.set(`/github${path}`, ({ headers: { accept = '' } }) => {
          const { status = 200, headers = {}, json, text, file, raw, rawType = RAW } = answer;
          if (raw !== undefined && /\braw\b/.test(accept))
            return { status, headers: { 'content-type': rawType }, body: raw };
          const value = file === undefined ? json : fileOf(path.split('/').at(-1) ?? '', file);
          const type = text === undefined ? 'application/json; charset=utf-8' : 'text/html';
          return {
            status,
            headers: { 'content-type': type, ...headers },
            body: text ?? JSON.stringify(value),
          };
        });
      }
      const result = await runTool(
        githubTools(createGithub(webAt(hub.url).github_url, undefined), parseApart),
        tool,
        args,
      );
      const output = 'output' in result ? result.output : result.kind;
      for (const part of one.has) expect(output).toContain(part);
      for (const part of one.lacks ?? []) expect(output).not.toContain(part);
    });
  },
);
