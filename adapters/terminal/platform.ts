import type { PlatformDefinition } from '../../src/controller/platform-definition.ts';
import { MENTIONS } from '../shared/one-person.ts';
import type { Desk } from './desk.ts';
import { TerminalSettings } from './settings.ts';

/**
 * The terminal of whoever runs the bot (`bin/ml-intern.cjs`). Its threads are on a board in the record, which
 * every process keeps up to date. Where somebody sits at it in this process, `begin` is given what they can
 * do there, once it is taken.
 */
export const terminalWith = (
  begin: ((desk: Desk) => void) | undefined,
): PlatformDefinition<typeof TerminalSettings, never> => ({
  name: 'terminal',
  title: 'the terminal',
  settings: TerminalSettings,
  variables: {},
  looks: [],
  mentions: MENTIONS,
  leastSettings: 'nothing at all, with npx ml-intern (docs/TERMINAL.md)',
  tellsWhatIsMissing: () => true,

  isBegun: () => begin !== undefined,
  needs: () => ({ faults: [], needs: [] }),
  isConfigured: () => true,
  probes: () => [],
  async connect(_configured, connection) {
    const { createTerminal } = await import('./terminal.ts');
    return createTerminal(connection, begin);
  },
});

/** The terminal where nobody sits at it. */
export const terminal = terminalWith(undefined);
