import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDashboards } from '../../src/hub/dashboards.ts';
import { hubToken } from '../../src/hub/token.ts';
import { HubDouble } from '../doubles/hub/server.ts';

let hub: HubDouble;
beforeAll(async () => {
  hub = await HubDouble.start();
});
afterAll(() => hub.close());

const { signal } = new AbortController();
const ensure = (id: string) => createDashboards(hub.url, hubToken('hf_token')).ensure(id, signal);
const textOf = (id: string, path: string) => hub.repos.find('space', id)?.files.get(path)?.toString();

describe('a Trackio dashboard', () => {
  test('is made where it is missing: a private Space that shows Trackio, with its data in a bucket', async () => {
    expect(await ensure('ada/runs')).toEqual({ ok: true });
    const space = hub.repos.find('space', 'ada/runs');
    expect(space).toMatchObject({ visibility: 'private', sdk: 'gradio' });
    expect(textOf('ada/runs', 'app.py')).toContain('trackio.show()');
    expect(textOf('ada/runs', 'requirements.txt')).toContain('trackio');
    expect(hub.repos.find('bucket', 'ada/runs-bucket')?.visibility).toBe('private');
    expect(space?.volumes).toEqual([{ type: 'bucket', source: 'ada/runs-bucket', mountPath: '/data' }]);
    expect(Object.fromEntries(space?.variables ?? [])).toEqual({
      TRACKIO_DIR: '/data/trackio',
      TRACKIO_BUCKET_ID: 'ada/runs-bucket',
    });
  });

  test('is left as it is where it is there already', async () => {
    await ensure('ada/twice');
    const before = hub.requests.length;
    expect(await ensure('ada/twice')).toEqual({ ok: true });
    const writes = hub.requests.slice(before).filter(({ method }) => method !== 'GET');
    expect(writes.map(({ path }) => path)).toEqual(['/api/repos/create', '/api/buckets/ada/twice-bucket']);
  });

  test('hides a bucket that an older version left for everybody to see', async () => {
    hub.repos.add('space', 'ada/open', { 'app.py': 'import trackio\ntrackio.show()' });
    hub.repos.add('bucket', 'ada/open-bucket').visibility = 'public';
    await ensure('ada/open');
    expect(hub.repos.find('bucket', 'ada/open-bucket')?.visibility).toBe('private');
  });

  test('leaves a public dashboard as it is', async () => {
    hub.repos.add('space', 'ada/shown', { 'app.py': 'import trackio\ntrackio.show()' }).visibility = 'public';
    hub.repos.add('bucket', 'ada/shown-bucket').visibility = 'public';
    await ensure('ada/shown');
    expect(hub.repos.find('bucket', 'ada/shown-bucket')?.visibility).toBe('public');
  });

  test('takes the place of nothing else: an empty Space is filled, another app is refused', async () => {
    hub.repos.add('space', 'ada/empty', { 'README.md': '# mine' });
    expect(await ensure('ada/empty')).toEqual({ ok: true });
    expect(textOf('ada/empty', 'app.py')).toContain('trackio.show()');
    hub.repos.add('space', 'ada/chat', { 'app.py': 'import gradio' });
    const refused = await ensure('ada/chat');
    expect(refused).toMatchObject({ ok: false, reason: expect.stringContaining('holds another app') });
    expect(textOf('ada/chat', 'app.py')).toBe('import gradio');
  });

  test('keeps volumes and variables that others have set', async () => {
    const space = hub.repos.add('space', 'ada/kept', { 'app.py': 'import trackio\ntrackio.show()' });
    space.volumes.push({ type: 'model', source: 'ada/m', mountPath: '/m' });
    space.variables.set('THEME', 'soft');
    await ensure('ada/kept');
    expect(space.volumes).toHaveLength(2);
    expect(space.variables.get('THEME')).toBe('soft');
  });

  test('is set up although the Hub fails now and then, and says so when it refuses', async () => {
    hub.faults.push({ path: /volumes$/, status: 503 });
    expect(await ensure('ada/flaky')).toEqual({ ok: true });
    hub.faults.push({ path: /repos\/create/, status: 403, error: 'no write access' });
    await expect(ensure('bob/runs')).rejects.toThrow('no write access');
  });
});
