import { flag } from '../../src/config/setting-types.ts';

/** Settings that several platforms have. */
export const FEEDBACK = flag
  .default(true)
  .describe('Whether answers have buttons to say whether they helped.');

/** Why a token is needed. */
export const FOR_CHAT = 'the chat role needs it';
