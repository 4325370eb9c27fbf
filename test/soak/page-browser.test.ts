import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overflowOf, violations } from '../support/accessibility.ts';
import { hasChromium, keepShot, NEEDS_CHROMIUM, startChromium } from '../support/chromium.ts';
import { HOSTILE } from '../support/hostile-page.ts';
import { type PageWorld, usePage } from '../support/page-world.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';
import type { World } from '../support/world.ts';

const open = usePage();

let browser: Browser | undefined;
beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());

const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

type Look = { viewport: typeof DESKTOP; colorScheme?: 'light' | 'dark' };

/** A page in a window of its own, signed in; what it complains of is kept. */
async function windowOn(world: PageWorld, { viewport, colorScheme = 'light' }: Look) {
  if (browser === undefined) throw new Error('there is no browser');
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(world.address());
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, complaints };
}

/** The buttons of cards that can be pressed where the page stands. */
const IN_REACH = `[...document.querySelectorAll('#messages .buttons button')].filter((one) => {
  const { left, top, width, height } = one.getBoundingClientRect();
  return document.elementFromPoint(left + width / 2, top + height / 2) === one;
}).map((one) => one.textContent)`;

/** What of the messages a browser would run, load or go to, besides pages of the web, threads and files. */
const LINKS = `[...document.querySelectorAll('#messages script, #messages iframe, #messages style, #messages a')]
  .filter((one) => !/^(?:https?:[/][/]|[/](?:#|page[/]file))/.test(one.getAttribute('href') ?? ''))
  .map((one) => one.outerHTML)`;

/** The same of trees that hold what the server leaves out. */
const FORGED = `import('/page/nodes.js').then(({ blocks }) => {
  const link = (href) => ({ t: 'p', c: [{ t: 'link', href, c: [{ t: 'text', v: href }] }] });
  const kinds = ['script', 'html', 'iframe', 'img'].map((t) => ({ t, v: 'alert(1)', c: [] }));
  const hrefs = ['javascript:alert(1)', 'data:text/html,x', 'JAVASCRIPT:x', ' javascript:x', '/page/state'];
  const made = blocks([...kinds, ...hrefs.map(link)]);
  return made.flatMap((one) => [...one.querySelectorAll('a, script, iframe, img')].map((part) => part.outerHTML));
})`;

describe.skipIf(!hasChromium)(`in a browser${NEEDS_CHROMIUM}`, () => {
  test('the story is told by writing and clicking, on a desktop', async () => {
    const world = await open(story, { approvers: ['requester'] });
    const { hub } = world.world;
    hub.course = () => ({
      queueMs: 300,
      runMs: 0,
      lines: ["{'loss': 0.61, 'epoch': 0.3}", "{'loss': 0.42, 'epoch': 0.6}", "{'eval_accuracy': 0.9284}"],
    });
    const { page, complaints } = await windowOn(world, { viewport: DESKTOP });
    await keepShot(page, 'empty-light');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Which columns and splits' }).click();
    // It is written, and sent by whoever has picked it.
    expect(await page.getByLabel('What do you need?').inputValue()).toContain('stanfordnlp/imdb');
    expect(world.world.model.requests).toHaveLength(0);
    await page.getByLabel('What do you need?').fill('fine-tune a small model on stanfordnlp/imdb');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await keepShot(page, 'approval-light');
    expect(await violations(page)).toEqual([]);

    await page.getByRole('button', { name: 'View / edit script' }).click();
    const script = page.getByRole('textbox', { name: 'Script' });
    await script.waitFor();
    expect(await script.inputValue()).toContain('AutoModelForSequenceClassification');
    expect(await violations(page)).toEqual([]);
    await keepShot(page, 'script-light');
    await page.getByRole('button', { name: 'Cancel' }).click();

    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('· running').first().waitFor();
    await until('the job', () => hub.jobs.length === 1);
    await keepShot(page, 'job-light');
    const [job] = hub.jobs;
    if (job) hub.finish(job, 'COMPLETED');
    await page.getByText('Accuracy on the test split: 92.8 %').waitFor();
    await page.getByText('Done').first().waitFor();
    await keepShot(page, 'done-light');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Usage' }).click();
    await page.getByRole('region', { name: 'For you' }).waitFor();
    await keepShot(page, 'usage-light');
    await page.reload();
    await page.getByText('Accuracy on the test split: 92.8 %').waitFor();
    expect(complaints).toEqual([]);
  });

  test('whatever a model, a person or a server says, it does nothing in a browser but stand there', async () => {
    const text = HOSTILE.join('\n\n');
    const configure = ({ secrets }: World['config']) => void delete secrets.HF_TOKEN;
    const world = await open(() => ({ text }), { configure });
    const { page, complaints } = await windowOn(world, { viewport: DESKTOP });
    // What may be asked says what it takes where there is no token.
    expect(await page.getByText('Works without a token').count()).toBe(3);
    expect(await page.getByText('Takes a token of Hugging Face', { exact: true }).count()).toBe(1);
    await keepShot(page, 'empty-without-token');
    const asked: string[] = [];
    const dialogs: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByLabel('What do you need?').fill(text.replaceAll('\u0000', ''));
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('{{constructor').nth(1).waitFor();
    await page.getByRole('button', { name: '👍 Helpful' }).waitFor();
    expect(await page.evaluate(LINKS)).toEqual([]);
    // Nor does what no server of ours would send.
    expect(await page.evaluate(FORGED)).toEqual([]);
    expect(dialogs).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(`http://127.0.0.1:${world.port}/`))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('and on a phone in the dark, with a reason for saying no', async () => {
    const world = await open(story, { approvers: ['requester'] });
    const { page, complaints } = await windowOn(world, { viewport: PHONE, colorScheme: 'dark' });
    await keepShot(page, 'empty-dark-phone');
    expect(await overflowOf(page)).toBe(0);
    await page.getByLabel('What do you need?').fill('fine-tune a small model on stanfordnlp/imdb');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('button', { name: 'Reject' }).waitFor();
    await keepShot(page, 'approval-dark-phone');
    expect(await page.evaluate(IN_REACH)).toEqual(['Approve', 'Reject', 'View / edit script']);
    await page.getByText('Follows', { exact: true }).scrollIntoViewIfNeeded();
    expect(await page.evaluate(IN_REACH)).toEqual(['Approve', 'Reject', 'View / edit script']);
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByLabel('What should I do instead?').fill('use less data');
    await keepShot(page, 'reject-dark-phone');
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
    await page.getByText('use less data').first().waitFor();
    await page.getByRole('button', { name: 'Threads', exact: true }).click();
    await page.getByRole('button', { name: 'New thread' }).waitFor();
    await keepShot(page, 'threads-dark-phone');
    expect(await violations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    expect(complaints).toEqual([]);
  });
});
