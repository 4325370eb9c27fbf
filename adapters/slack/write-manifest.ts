import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { manifestOf } from './manifest.ts';

/**
 * `npm run slack:manifest` writes configs/slack.manifest.json. With `-- --url https://bot.example.com` it
 * prints one for HTTP instead, with `--many` as well one for installs in many workspaces.
 */
const { values } = parseArgs({ options: { url: { type: 'string' }, many: { type: 'boolean' } } });

if (values.url === undefined && values.many) {
  process.stderr.write('Installs in many workspaces need --url, the https address of the bot.\n');
  process.exit(1);
}
const url = values.url?.replace(/\/+$/, '');
const manifest = manifestOf({ ...(url ? { url } : {}), isDistributed: values.many ?? false });
const text = `${JSON.stringify(manifest, null, 2)}\n`;
if (url === undefined) {
  writeFileSync(new URL('../../configs/slack.manifest.json', import.meta.url), text);
} else process.stdout.write(text);
