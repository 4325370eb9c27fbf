import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { checkSettings } from '../../src/config/check.ts';
import { ROOT } from '../support/root.ts';

const directory = mkdtempSync(join(tmpdir(), 'ml-intern-page-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a page that several people use', () => {
  const SHARED = {
    HF_TOKEN: 'hf_1',
    PAGE_URL: 'https://intern.example.com/',
    PAGE_OAUTH_CLIENT_ID: 'the-app',
    PAGE_PEOPLE: 'acme, ada',
  };
  const platforms = (environment: Record<string, string>) => {
    const own = { ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'), ...environment };
    const { config, faults } = checkSettings([], own, directory, PLATFORMS);
    return { faults: faults ?? [], page: config?.platforms.page };
  };

  test('may listen anywhere, and is there once it has an address', () => {
    expect(platforms({ ...SHARED, PAGE_HOST: '0.0.0.0' })).toMatchObject({
      faults: [],
      page: { url: 'https://intern.example.com', people: ['acme', 'ada'], host: '0.0.0.0' },
    });
    expect(platforms({ ...SHARED, PAGE_URL: 'http://localhost:3000' }).faults).toEqual([]);
  });

  test.each([
    [{ PAGE_URL: 'http://intern.example.com' }, /^page\.url \(PAGE_URL\) must begin with https/],
    [{ PAGE_URL: 'http://127.0.0.1.example.com' }, /^page\.url \(PAGE_URL\) must begin with https/],
    [{ PAGE_URL: 'intern.example.com' }, /^PAGE_URL must be an address such as https/],
    [{ PAGE_OAUTH_CLIENT_ID: '' }, /^page\.oauth_client_id \(PAGE_OAUTH_CLIENT_ID\) is not set/],
    [{ PAGE_PEOPLE: '' }, /^page\.people \(PAGE_PEOPLE\) names nobody/],
    [{ PAGE_PEOPLE: 'a/b' }, /page\.people\[0\] must be names of users or organisations/],
    // Nobody who signs in there can mend what is missing.
    [{ HF_TOKEN: '' }, /^HF_TOKEN is not set, but the worker needs it/],
  ])('is not there with %j, with a line on why', (environment, expected) => {
    expect(platforms({ ...SHARED, ...environment }).faults).toEqual([expect.stringMatching(expected)]);
  });
});
