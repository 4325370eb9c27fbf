import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { SlackMessage } from '../../doubles/slack/workspace.ts';
import { until } from '../../support/until.ts';
import { TIMEOUT_MS } from '../bot.ts';
import { refusal, runs } from '../program.ts';
import type { Site } from '../site.ts';
import { situation } from '../situation.ts';

/** A data directory that a bot has used and left, with a thread in it. */
async function used(site: Site) {
  const directory = join(site.folder(), 'data');
  const bot = await site.started({ DATA_DIR: directory });
  const asked = await site.answers();
  assert.equal((await bot.stop()).code, 0);
  return { directory, asked };
}

/** The bot goes on with a thread, and knows what was said in it before. */
async function goesOn(site: Site, asked: SlackMessage): Promise<void> {
  const told = (text: unknown) => JSON.stringify(text).includes('are you there?');
  site.model.script = ({ messages }) => ({ text: messages.some(told) ? 'As I said.' : 'Who are you?' });
  site.slack.mention('U0ADA', asked.channel, 'and now?', asked.ts);
  await site.shows(asked, 'As I said.');
}

/** Runs the bot under another program, e.g. as another user. */
const under = (program: string, ...options: string[]) => ({
  program,
  options: [...options, process.execPath],
});

/** With a small file system of its own at the data directory, which `command` prepares. */
const mounted = (directory: string, size: string, command = 'true') =>
  under(
    'unshare',
    '--mount',
    'sh',
    '-c',
    `mount -t tmpfs -o size=${size} tmpfs ${directory} && ${command} && exec "$@"`,
    'sh',
  );

/**
 * What lives in a data directory: nothing is written over, damage is told, and one process at a time has it.
 */
export const DIRECTORY = [
  situation(
    'a database without PG_VERSION is refused with what it is, and its sessions are still there',
    async (site) => {
      const { directory, asked } = await used(site);
      rmSync(join(directory, 'pg/PG_VERSION'));
      const [line = '', ...others] = await refusal(site.bot({ DATA_DIR: directory }));
      assert.match(
        line,
        /holds a damaged database: PG_VERSION is missing.*npm run restore -- FILE --replace/,
      );
      assert.deepEqual(others, []);
      writeFileSync(join(directory, 'pg/PG_VERSION'), '18\n');
      await site.started({ DATA_DIR: directory });
      await goesOn(site, asked);
    },
  ),
  situation(
    'a database of which files were lost, cut off or garbled is refused in a sentence',
    async (site) => {
      const { directory } = await used(site);
      const largest = join(
        'base/5',
        readdirSync(join(directory, 'pg/base/5')).find((name) => name === '1255') ?? '',
      );
      const damages: ((path: string) => void)[] = [
        (path) => rmSync(join(path, 'global/pg_control')),
        (path) => truncateSync(join(path, largest), 16_384),
        (path) =>
          writeFileSync(join(path, largest), readFileSync(join(path, largest)).fill(7, 20_000, 21_000)),
        (path) => rmSync(join(path, 'pg_wal'), { recursive: true }),
        (path) => appendFileSync(join(path, 'postgresql.conf'), 'max_connections = many\n'),
      ];
      const healthy = join(site.folder(), 'healthy');
      cpSync(directory, healthy, { recursive: true });
      for (const damage of damages) {
        rmSync(directory, { recursive: true });
        cpSync(healthy, directory, { recursive: true });
        damage(join(directory, 'pg'));
        const lines = await refusal(site.bot({ DATA_DIR: directory }));
        assert.equal(lines.length, 1, lines.join('\n'));
        assert.match(lines[0] ?? '', /holds a (damaged )?database.*npm run restore/);
      }
    },
  ),
  situation('a first start that is killed while it makes the database is made again', async (site) => {
    const directory = join(site.folder(), 'data');
    const killed = site.bot({ DATA_DIR: directory });
    await until('the unfinished database', () => existsSync(join(directory, 'pg.unfinished')), TIMEOUT_MS);
    await killed.stop('SIGKILL');
    assert.equal(existsSync(join(directory, 'pg')), false);
    await site.started({ DATA_DIR: directory });
    await site.answers();
    assert.equal(existsSync(join(directory, 'pg.unfinished')), false);
  }),
  situation('after kill -9 the next start has the directory at once', async (site) => {
    const directory = join(site.folder(), 'data');
    const bot = await site.started({ DATA_DIR: directory });
    const asked = await site.answers();
    await bot.stop('SIGKILL');
    await site.started({ DATA_DIR: directory });
    await goesOn(site, asked);
  }),
  situation(
    'a second process on the same directory is refused, also from another PID namespace',
    async (site) => {
      const directory = join(site.folder(), 'data');
      const bot = await site.started({ DATA_DIR: directory });
      const [line = ''] = await refusal(site.bot({ DATA_DIR: directory }));
      assert.ok(line.includes(`${directory} is in use by process ${bot.child.pid} `), line);
      assert.ok(line.includes(`delete ${join(directory, 'lock.db')}`), line);
      const [other = ''] = await refusal(
        site.bot({ DATA_DIR: directory }, under('unshare', '--pid', '--fork', '--kill-child')),
      );
      assert.ok(other.includes(`${directory} is in use by process ${bot.child.pid} `), other);
      await site.answers();
    },
  ),
  situation('a lock left by a process whose id another program has by now keeps nobody out', async (site) => {
    const { directory } = await used(site);
    writeFileSync(join(directory, 'lock'), `${process.pid}`);
    await site.started({ DATA_DIR: directory });
  }),
  situation(
    'a data directory of another user, read-only, full, or no directory at all is told in a sentence',
    async (site) => {
      const others = site.folder();
      chmodSync(others, 0o755);
      const [user = ''] = await refusal(
        site.bot({ DATA_DIR: others }, under('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')),
      );
      assert.match(user, /can't be read and written by this user\. Give it to the user that the bot runs as/);
      const place = site.folder();
      const [readOnly = ''] = await refusal(
        site.bot({ DATA_DIR: place }, mounted(place, '200m', `mount -o remount,ro ${place}`)),
      );
      assert.match(readOnly, /is on a file system that is mounted read-only/);
      const [full = ''] = await refusal(site.bot({ DATA_DIR: place }, mounted(place, '20m')));
      assert.match(full, /has \d+ MB left on its disk, and the embedded database needs 150 MB/);
      const file = join(place, 'file');
      writeFileSync(file, '');
      const [noDirectory = ''] = await refusal(site.bot({ DATA_DIR: file }));
      assert.match(noDirectory, /is a file, but DATA_DIR has to be a directory/);
      const [below = ''] = await refusal(site.bot({ DATA_DIR: join(file, 'data') }));
      assert.match(below, /is a file, but DATA_DIR has to be a directory/);
      mkdirSync(join(place, 'photos/pg'), { recursive: true });
      writeFileSync(join(place, 'photos/pg/holiday.jpg'), 'sand');
      const [photos = ''] = await refusal(site.bot({ DATA_DIR: join(place, 'photos') }));
      assert.match(photos, /holds files, but no database/);
    },
  ),
  situation(
    'a backup of a running bot is restored on an empty machine, and its thread goes on there',
    async (site) => {
      const directory = join(site.folder(), 'data');
      const bot = await site.started({ DATA_DIR: directory });
      const asked = await site.answers();
      const file = join(site.folder(), 'backup.jsonl.gz');
      const made = await runs('src/cli/backup.ts', [file], { DATA_DIR: directory });
      assert.equal(made.code, 0, made.said);
      assert.match(
        made.shown,
        /^The record is in .*backup\.jsonl\.gz: \d+ rows, [\d.]+ MB, read again and found whole\.$/,
      );
      await site.answers(); // it went on
      await bot.stop('SIGKILL');
      rmSync(directory, { recursive: true });
      const machine = join(site.folder(), 'data');
      const restored = await runs('src/cli/restore.ts', [file], { DATA_DIR: machine });
      assert.equal(restored.code, 0, restored.said);
      await site.started({ DATA_DIR: machine });
      await goesOn(site, asked);
      const taken = await runs('src/cli/restore.ts', [file], { DATA_DIR: machine });
      assert.match(taken.said, /is in use by process/);
    },
  ),
  situation(
    'a backup of a stopped bot takes the place of a damaged record, which is moved aside',
    async (site) => {
      const { directory, asked } = await used(site);
      const made = await runs('src/cli/backup.ts', [], { DATA_DIR: directory });
      assert.equal(made.code, 0, made.said);
      const [name = ''] = readdirSync(join(directory, 'backups'));
      const file = join(directory, 'backups', name);
      rmSync(join(directory, 'pg/PG_VERSION'));
      const refused = await runs('src/cli/restore.ts', [file], { DATA_DIR: directory });
      assert.equal(refused.code, 1);
      assert.match(refused.said, /pg is not empty\. With --replace it is moved aside/);
      const half = join(directory, 'half.gz');
      const whole = readFileSync(file);
      writeFileSync(half, whole.subarray(0, whole.length / 2));
      assert.match(
        (await runs('src/cli/restore.ts', [half, '--replace'], { DATA_DIR: directory })).said,
        /ends too early/,
      );
      const restored = await runs('src/cli/restore.ts', [file, '--replace'], { DATA_DIR: directory });
      assert.equal(restored.code, 0, restored.said);
      assert.match(restored.shown, /^What was there is in .*pg\.before-.* now\./);
      await site.started({ DATA_DIR: directory });
      await goesOn(site, asked);
    },
  ),
];
