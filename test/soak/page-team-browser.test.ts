import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { hasChromium, keepShot, NEEDS_CHROMIUM, startChromium } from '../support/chromium.ts';
import { KEEPS_ACCOUNTS, linkOnSlack } from '../support/linked-account.ts';
import { pageBeside, sharedBy } from '../support/page-world.ts';
import { story } from '../support/story.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});
let browser: Browser | undefined;
beforeAll(async () => {
  if (hasChromium) browser = await startChromium();
});
afterAll(() => browser?.close());

const LOOKS = [
  { name: 'desktop', viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
  { name: 'phone, dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const;

/** What a browser complains of, but for the page that answers with 401 to who is not signed in. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isAnnoyed = message.type() === 'error' || message.type() === 'warning';
    if (isAnnoyed && !message.text().includes('401 (Unauthorized)')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

describe.skipIf(!hasChromium)(`in a browser${NEEDS_CHROMIUM}`, () => {
  test.each(LOOKS)('a link on a status leads through the sign-in to its thread ($name)', async (look) => {
    const isStarted = false;
    await begin(story, { environment: KEEPS_ACCOUNTS, approvers: ['anyone'], isStarted });
    const beside = await pageBeside(world, sharedBy('ada-own'));
    await world.start();
    await linkOnSlack(world, 'U0ADA', 'ada-own');
    const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune a small model on stanfordnlp/imdb');
    await world.reply(asked, 'Run a Hugging Face Job');
    const [link = ''] =
      /http:[^|>"\s]*\?open=[\w-]+/.exec(shown(await world.reply(asked, 'Open on the page'))) ?? [];
    expect(link).toContain(`127.0.0.1:${beside.port}`);

    const { viewport, colorScheme } = look;
    const context = await (browser as Browser).newContext({ viewport, colorScheme });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    world.hub.oauth.visitor = { name: 'eve' };
    await page.goto(link);
    await page.getByRole('link', { name: 'Sign in with Hugging Face' }).click();
    await page.getByText('your account is not among them').waitFor();
    expect(await violations(page)).toEqual([]);
    await keepShot(page, `sign-in, ${look.name}`);

    world.hub.oauth.visitor = { name: 'ada-own' };
    await page.goto(link);
    await page.getByRole('link', { name: 'Sign in with Hugging Face' }).click();
    await page.getByText('This thread is in Slack').waitFor();
    await page.getByText('Run a Hugging Face Job').first().waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect(await page.locator('#composer').isVisible()).toBe(false);
    expect(await violations(page)).toEqual([]);
    await keepShot(page, `thread of Slack, ${look.name}`);

    const card = await world.reply(asked, 'Run a Hugging Face Job');
    world.slack.click('U0ADA', card, 'approve');
    await page.getByText('Approved by').first().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in with Hugging Face' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
