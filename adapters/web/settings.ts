import { z } from 'zod';
import { flag, port } from '../../src/config/setting-types.ts';

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
    .describe('Address the page listens on: one of this machine alone, because people sign in by its token.'),
  note: z
    .string()
    .max(2_000)
    .optional()
    .describe('What stands at the top of the page, in markdown, for whoever uses it.'),
});
export type PageSettings = z.infer<typeof PageSettings>;
