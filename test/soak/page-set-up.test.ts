import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HubDouble } from '../doubles/hub/server.ts';
import { startModelDouble } from '../doubles/model.ts';
import { overflowOf, violations } from '../support/accessibility.ts';
import { hasChromium, keepShot, NEEDS_CHROMIUM, startChromium } from '../support/chromium.ts';
import { PageClient, wordsIn } from '../support/page-client.ts';
import { type Program, START, startProgram } from '../support/started-program.ts';
import { until } from '../support/until.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const TOKEN = 'hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ012345';

/** The program with nothing set, beside a Hub, and a model that says hello. */
async function newcomer(): Promise<{ program: Program; hub: HubDouble; modelUrl: string }> {
  const hub = await HubDouble.start();
  closing.push(() => hub.close());
  const model = await startModelDouble(() => ({ text: 'Hello from the model.' }));
  closing.push(model.close);
  const environment = { HF_ENDPOINT: hub.url, HF_DATASETS_SERVER: hub.url, HF_MCP: 'false' };
  const program = await startProgram(environment, closing);
  return { program, hub, modelUrl: model.baseUrl };
}

const lacksOf = async (client: PageClient): Promise<string> =>
  wordsIn(JSON.parse((await client.get('/page/state')).text));

test(
  'what is given is in use without a start by hand, in the same process and for the same browsers',
  START,
  async () => {
    const { program } = await newcomer();
    const address = await program.address();
    const client = new PageClient(program.port);
    await client.enter(address);
    const next = await until('the next address', () => program.said.err.match(/token=\w+/g)?.[1]);
    expect(await lacksOf(client)).toContain('I have no model to think with yet');
    expect(await client.does('/page/set-up/token', { token: TOKEN })).toMatchObject({ ok: true });
    const isThere = async () => !(await lacksOf(client).catch(() => 'I have no')).includes('I have no');
    await until('it is back, with a model', isThere);
    expect(await lacksOf(client)).not.toContain('I start no jobs');
    expect(await client.post('/page/set-up/token', { token: TOKEN })).toMatchObject({ status: 404 });
    expect(readFileSync(join(program.directory, '.env'), 'utf8')).toBe(`HF_TOKEN=${TOKEN}\n`);
    expect(program.said.out + program.said.err).not.toContain(TOKEN);
    // The address that was printed still signs the next browser in.
    expect(program.said.err.match(/token=\w+/g)?.at(-1)).toBe(next);
    await new PageClient(program.port).enter(`${client.origin}/?${next}`);
    process.kill(program.pid ?? 0, 'SIGTERM');
    expect(await program.ended).toBe(0);
  },
);

let browser: Browser | undefined;
beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());

describe.skipIf(!hasChromium)(`in a browser${NEEDS_CHROMIUM}`, () => {
  test.each([
    ['desktop-light', { viewport: { width: 1280, height: 860 }, colorScheme: 'light' }],
    ['phone-dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ] as const)(
    'a newcomer sets it up by keyboard, and goes on in the same window: %s',
    START,
    async (name, look) => {
      const { program, hub, modelUrl } = await newcomer();
      if (browser === undefined) throw new Error('there is no browser');
      const page = await (await browser.newContext(look)).newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(`${request.url()} ${request.postData() ?? ''}`));
      await page.goto(await program.address());
      await page.getByRole('heading', { name: 'Set up' }).waitFor();
      await keepShot(page, `set-up-${name}`);
      expect(await violations(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);

      const token = page.getByLabel('Token of Hugging Face', { exact: true });
      await token.focus();
      hub.tokens.set(TOKEN, 'revoked');
      await page.keyboard.type(TOKEN);
      await page.keyboard.press('Enter');
      const refused = page.getByText('The Hub refuses it');
      await refused.waitFor();
      // What is wrong is said of the field, which has the focus.
      const described = `[...document.activeElement.getAttribute('aria-describedby').split(' ')]
      .map((id) => document.getElementById(id).textContent).join(' ')`;
      expect(await page.evaluate(described)).toContain('The Hub refuses it');
      expect(await token.getAttribute('aria-invalid')).toBe('true');
      await keepShot(page, `set-up-refused-${name}`);
      expect(await violations(page)).toEqual([]);

      await page.getByText('Another server that speaks').click();
      await page.getByLabel('Address of its server').fill(modelUrl);
      await page.getByLabel('Model, if it has several').fill('no/such');
      await page.getByRole('button', { name: 'Check and keep the model' }).click();
      await page.getByText('It has no model of this name').waitFor();
      await keepShot(page, `set-up-model-${name}`);
      expect(await violations(page)).toEqual([]);

      hub.tokens.set(TOKEN, {
        role: 'fineGrained',
        permissions: ['inference.serverless.write', 'job.write'],
      });
      await token.focus();
      await page.keyboard.press('Enter');
      await page.getByText('I have kept the token').waitFor();
      await keepShot(page, `set-up-kept-${name}`);
      await page.getByLabel('What do you need?').waitFor();
      await until('it can be written to', () => page.getByRole('button', { name: 'Send' }).isEnabled());
      expect(await page.getByRole('heading', { name: 'Set up' }).count()).toBe(0);
      expect(await page.getByText('It may not write to repositories').isVisible()).toBe(true);
      await keepShot(page, `set-up-done-${name}`);
      expect(await violations(page)).toEqual([]);
      const sent = asked.filter((one) => one.includes(TOKEN));
      for (const one of sent) expect(one).toMatch(/\/page\/set-up\/token /);
      expect(await page.content()).not.toContain(TOKEN);
    },
  );
});
