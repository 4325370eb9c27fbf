import { until } from './until.ts';
import type { World } from './world.ts';

/** An installation that keeps accounts of people's own. */
export const KEEPS_ACCOUNTS = {
  ENCRYPTION_KEY: '5d1f0c7e9a3b48626fd07c1e95ab3d84e2b6190f7c4ad8536e01f9b27c8d4a35',
};

/** A token of the account that is linked. */
export const LINKED_TOKEN = 'hf_adaownadaownadaown';

/** Somebody on Slack links an account of the Hub, on their Home tab. */
export async function linkOnSlack({ hub, slack }: World, person: string, account: string): Promise<void> {
  hub.identities.set(LINKED_TOKEN, account);
  const shows = (text: string) =>
    until(`the Home tab shows "${text}"`, () => JSON.stringify(slack.homes.get(person) ?? '').includes(text));
  slack.openHome(person);
  await shows('account_sign_in');
  slack.clickHome(person, 'account_sign_in');
  await slack.submit(person, LINKED_TOKEN);
  await shows(`You are signed in as ${account}`);
}
