import type { PlatformDefinition } from '../../src/controller/platform-definition.ts';
import { MENTIONS } from '../shared/one-person.ts';
import { PageSettings } from './settings.ts';

/** A page on this machine, for whoever runs the bot. */
export const page: PlatformDefinition<typeof PageSettings, never> = {
  name: 'page',
  title: 'the page',
  settings: PageSettings,
  variables: {},
  looks: [],
  mentions: MENTIONS,
  leastSettings: 'PAGE=true (README.md)',
  standIn: { enabled: true },
  tellsWhatIsMissing: true,

  isBegun: ({ settings, isWrong }) => (isWrong('enabled') ? undefined : settings?.enabled),
  needs: ({ settings, isWrong }) => ({
    faults: settings === undefined || isWrong('host') || isThisMachine(settings.host) ? [] : [ELSEWHERE],
    needs: [],
  }),
  isConfigured: ({ settings }) => settings.enabled,
  listensAt({ settings, isWrong }) {
    if (!settings?.enabled || isWrong('port') || !isThisMachine(settings.host)) return undefined;
    return { port: settings.port, host: settings.host };
  },
  probes: () => [],
  async connect({ settings }, parts) {
    const { createPage } = await import('./page.ts');
    return createPage(settings, parts);
  },
};

const isThisMachine = (host: string): boolean => /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/.test(host);

const ELSEWHERE =
  'page.host (PAGE_HOST) must be 127.0.0.1: whoever reaches the page with its token runs what they like as you, and it does not tell people apart. To use it from another machine: ssh -L 3000:127.0.0.1:3000 and the name of this one.';
