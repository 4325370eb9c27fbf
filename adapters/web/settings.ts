import { z } from 'zod';
import { token, type Variable } from '../../src/config/secrets.ts';
import { flag, idList, orNone, port, url } from '../../src/config/setting-types.ts';

/** Names of users and organisations (https://huggingface.co/docs/hub/organizations). */
const HUB_NAME = /^[A-Za-z0-9][\w.-]*$/;

/** `page` in the config file. */
export const PageSettings = z.strictObject({
  enabled: flag
    .default(false)
    .describe('Whether the page is there. Without any chat being set up, `npm start` serves it by itself.'),
  port: port
    .default(3000)
    .describe('Port of the page, where nothing else is served over HTTP: then it is there, too.'),
  host: z
    .string()
    .default('127.0.0.1')
    .describe('Address the page listens on: one of this machine alone, unless people sign in (page.url).'),
  url: orNone(url).describe(
    'Where people reach the page from other machines, https://…: then they sign in with Hugging Face, each as themselves. Something in front of it has to speak TLS.',
  ),
  oauth_client_id: orNone(z.string()).describe(
    'The OAuth app that people sign in with (https://huggingface.co/settings/applications/new, scopes "openid" and "profile", redirect URL page.url + /page/signed-in).',
  ),
  people: idList(HUB_NAME, 'must be names of users or organisations on Hugging Face').describe(
    'Who may use the page at page.url: users and organisations of Hugging Face, by name.',
  ),
  hub_url: url.default('https://huggingface.co').describe('Where people sign in.'),
  note: z
    .string()
    .max(2_000)
    .optional()
    .describe('What stands at the top of the page, in markdown, for whoever uses it.'),
});
export type PageSettings = z.infer<typeof PageSettings>;

export type PageVariable = 'PAGE_OAUTH_CLIENT_SECRET';

export const PAGE_VARIABLES: Readonly<Record<PageVariable, Variable>> = {
  PAGE_OAUTH_CLIENT_SECRET: {
    check: token(),
    help: 'the secret of the OAuth app that people sign in on the page with; a public app has none',
  },
};
