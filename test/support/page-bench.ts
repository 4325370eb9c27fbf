import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { page } from '../../adapters/web/platform.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { start } from '../../src/app/start.ts';
import type { Board, PlatformDefinition } from '../../src/controller/platform-definition.ts';
import { randomIds } from '../../src/lib/clock.ts';
import type { Route } from '../../src/lib/http-server.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { startModelDouble } from '../doubles/model.ts';
import { freePort } from './free-port.ts';
import { loadConfig } from './load-config.ts';
import { ROOT } from './root.ts';
import { webAt } from './web.ts';

/** A bot with its page alone, whose board is written to from outside, and which serves an empty page, too. */
export type BenchedPage = {
  board: Board;
  origin: string;
  /** A window of its own that is signed in, where nothing is shown yet. */
  window(browser: Browser, viewport: { width: number; height: number }): Promise<Page>;
  close(): Promise<void>;
};

/** A page that says one word: what a browser can't do faster. */
const EMPTY: Route = {
  method: 'GET',
  path: '/empty',
  handle: (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end('<!doctype html><html lang="en"><title>Empty</title><p>Empty</p></html>'),
};

/** Starts it on a record of its own, which is gone once it is closed. */
export async function startBenchedPage(): Promise<BenchedPage> {
  const directory = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
  const [hub, model, port] = await Promise.all([
    HubDouble.start(),
    startModelDouble(() => ({ text: 'hello' })),
    freePort(),
  ]);
  const announced: string[] = [];
  const own = withEmptyPage(page);
  const config = loadConfig(environmentFor(hub.url, model.baseUrl, directory), ROOT);
  config.web = webAt(hub.url);
  config.platforms.page = { ...config.platforms.page, enabled: true, port, host: '127.0.0.1' };
  const running = await start(config, new Set(['chat']), {
    platforms: PLATFORMS.map((one) => (one.name === page.name ? own.definition : one)),
    ids: randomIds,
    announce: (line) => void announced.push(line),
  });
  return {
    board: own.board(),
    origin: `http://127.0.0.1:${port}`,
    async window(browser, viewport) {
      const window = await (await browser.newContext({ viewport })).newPage();
      const address = /http:\S+/.exec(announced.at(-1) ?? '')?.[0] ?? '';
      await window.goto(address);
      await window.getByText('Live', { exact: true }).waitFor();
      return window;
    },
    async close() {
      await running.stop();
      await Promise.all([hub.close(), model.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The page as it is, with its board at hand, and an empty page beside it. */
function withEmptyPage(of: PlatformDefinition) {
  let board: Board | undefined;
  const definition: PlatformDefinition = {
    ...of,
    connect(configured, parts) {
      board = parts.board;
      return of.connect(configured, { ...parts, serve: (routes) => parts.serve([...routes, EMPTY]) });
    },
  };
  return {
    definition,
    board() {
      if (board === undefined) throw new Error('the page is not connected to');
      return board;
    },
  };
}

const environmentFor = (hubUrl: string, modelUrl: string, directory: string) => ({
  ...{ DATA_DIR: directory, LOG_LEVEL: 'warn' },
  ...{ HF_TOKEN: `hf_${'a'.repeat(34)}`, HF_ENDPOINT: hubUrl, HF_DATASETS_SERVER: hubUrl },
  ...{ MODEL_ID: 'scripted/model', MODEL_BASE_URL: modelUrl },
});
