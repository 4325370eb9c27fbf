import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ROOT } from './root.ts';

const PATHS = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executablePath = PATHS.find((path) => path !== '' && existsSync(path));

export const hasChromium = executablePath !== undefined;

/** Why tests in a browser are skipped, for their names. */
export const NEEDS_CHROMIUM = hasChromium ? '' : ' (skipped: no Chromium here; CHROMIUM_PATH may name one)';

/** A browser without a window. */
export async function startChromium(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** Keeps what a page looks like, for whoever wants to look. */
export const keepShot = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: join(ROOT, 'node_modules/.cache/page', `${name}.png`) });
