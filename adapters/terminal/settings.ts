import { z } from 'zod';

/** `terminal` in the config file: nothing of it has to be set up. */
export const TerminalSettings = z.strictObject({});
