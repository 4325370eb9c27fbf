import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the page is made of: files that browsers are served as they stand in `page/`. */
const FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'sign-in.html': 'text/html; charset=utf-8',
  'sign-in.css': 'text/css; charset=utf-8',
  'base.css': 'text/css; charset=utf-8',
  'layout.css': 'text/css; charset=utf-8',
  'messages.css': 'text/css; charset=utf-8',
  'controls.css': 'text/css; charset=utf-8',
  'narrow.css': 'text/css; charset=utf-8',
  'main.js': 'text/javascript; charset=utf-8',
  'stream.js': 'text/javascript; charset=utf-8',
  'thread.js': 'text/javascript; charset=utf-8',
  'heights.js': 'text/javascript; charset=utf-8',
  'messages.js': 'text/javascript; charset=utf-8',
  'placed.js': 'text/javascript; charset=utf-8',
  'nodes.js': 'text/javascript; charset=utf-8',
  'composer.js': 'text/javascript; charset=utf-8',
  'files.js': 'text/javascript; charset=utf-8',
  'dialogs.js': 'text/javascript; charset=utf-8',
  'forms.js': 'text/javascript; charset=utf-8',
  'suggestions.js': 'text/javascript; charset=utf-8',
  'set-up.js': 'text/javascript; charset=utf-8',
  'elsewhere.js': 'text/javascript; charset=utf-8',
  'elements.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

export type Asset = { path: string; type: string; bytes: Buffer };

/** All of them, read once. */
export const readAssets = (): Asset[] =>
  Object.entries(FILES).map(([name, type]) => ({
    path: `/page/${name}`,
    type,
    bytes: readFileSync(join(import.meta.dirname, 'page', name)),
  }));
