import type { PlatformNeeds, ReadPlatform } from '../../src/config/platform-settings.ts';
import type { PlatformDefinition } from '../../src/controller/platform-definition.ts';
import { MENTIONS } from './mentions.ts';
import { PAGE_VARIABLES, PageSettings, type PageVariable } from './settings.ts';

type Read = ReadPlatform<PageSettings, PageVariable>;

/**
 * A page: on this machine for whoever runs the bot, or for several who sign in with Hugging Face, each as
 * themselves.
 */
export const page: PlatformDefinition<typeof PageSettings, PageVariable> = {
  name: 'page',
  title: 'the page',
  settings: PageSettings,
  variables: PAGE_VARIABLES,
  looks: [],
  mentions: MENTIONS,
  leastSettings: 'PAGE=true (README.md)',
  standIn: { enabled: true },
  tellsWhatIsMissing: ({ settings }) => settings?.url === undefined,

  isBegun({ settings, isWrong }) {
    if (isWrong('enabled') || isWrong('url')) return undefined;
    return settings && (settings.enabled || settings.url !== undefined);
  },
  needs,
  isConfigured: ({ settings }) => settings.enabled || settings.url !== undefined,
  listensAt(read) {
    const { settings, isWrong } = read;
    if (!settings || isWrong('port') || needs(read).faults.length > 0) return undefined;
    if (!settings.enabled && settings.url === undefined) return undefined;
    return { port: settings.port, host: settings.host };
  },
  probes: () => [],
  async connect({ settings, secrets }, parts) {
    const { createPage } = await import('./page.ts');
    return createPage(settings, secrets.PAGE_OAUTH_CLIENT_SECRET, parts);
  },
};

function needs({ settings, isWrong }: Read): PlatformNeeds {
  if (settings === undefined || isWrong('url')) return { faults: [], needs: [] };
  const { url, host, oauth_client_id: app, people } = settings;
  if (url === undefined) {
    return { faults: isWrong('host') || isThisMachine(host) ? [] : [ELSEWHERE], needs: [] };
  }
  const { protocol, hostname } = new URL(url);
  const faults = [
    ...(protocol === 'https:' || isThisMachine(hostname) ? [] : [NO_TLS]),
    ...(app === undefined && !isWrong('oauth_client_id') ? [NO_APP] : []),
    ...(people.length === 0 && !isWrong('people') ? [NOBODY] : []),
  ];
  return { faults, needs: [] };
}

const isThisMachine = (host: string): boolean => /^(?:127(?:\.\d{1,3}){3}|::1|\[::1\]|localhost)$/.test(host);

const ELSEWHERE =
  'page.host (PAGE_HOST) must be 127.0.0.1 where nobody signs in: whoever reaches the page with its token runs what they like as you, and it does not tell people apart. To use it from another machine: ssh -L 3000:127.0.0.1:3000 and the name of this one. For several people: set page.url (PAGE_URL, docs/PAGE.md).';
const NO_TLS =
  'page.url (PAGE_URL) must begin with https://: people sign in there. What speaks TLS stands in front of the page (docs/PAGE.md).';
const NO_APP =
  'page.oauth_client_id (PAGE_OAUTH_CLIENT_ID) is not set, but page.url is: people sign in with an OAuth app, from https://huggingface.co/settings/applications/new (docs/PAGE.md).';
const NOBODY =
  'page.people (PAGE_PEOPLE) names nobody, but page.url is set: name the users or organisations of Hugging Face who may use the page.';
