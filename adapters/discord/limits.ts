import type { Rates } from '../../src/thread/delivery/outbound.ts';

/** Limits of Discord that a payload can hit, each with its source. In characters unless said otherwise. */
export const DISCORD_LIMITS = {
  /**
   * https://docs.discord.com/developers/components/reference: components in a message, nested ones counted.
   */
  components: 40,
  /** ... and all text displays of a message together. */
  allText: 4_000,
  /**
   * https://docs.discord.com/developers/resources/message#create-message: content of a message without them.
   */
  content: 2_000,
  mediaDescription: 1_024,
  buttonsInRow: 5,
  buttonLabel: 80,
  customId: 100,
  selectOptions: 25,
  optionLabel: 100,
  selectPlaceholder: 150,
  modalTitle: 45,
  modalComponents: 5,
  inputText: 4_000,
  labelText: 45,
  labelDescription: 100,
  /** https://docs.discord.com/developers/resources/channel: a channel's name. */
  threadName: 100,
  /** https://docs.discord.com/developers/reference#uploading-files: by the boosts of a server. */
  fileMb: { 0: 10, 1: 10, 2: 50, 3: 100 },
  /** https://docs.discord.com/developers/components/reference#file-upload: files of one input. */
  uploads: 10,
  /** https://docs.discord.com/developers/resources/message: `nonce`. */
  nonce: 25,
} as const;

/** Text of one answer part, so that buttons and a cursor have room below it. */
export const ANSWER_CHARACTERS = 3_600;

/**
 * Discord announces its limits in the headers of every answer, and the client keeps to them before it sends;
 * what is here is only the limit over everything: https://docs.discord.com/developers/topics/rate-limits, 50
 * requests a second.
 */
const OVERALL = { perMinute: 2_700, burst: 45, per: 'workspace' as const };
export const DISCORD_RATES: Rates = {
  post: OVERALL,
  edit: OVERALL,
  reaction: OVERALL,
  streamEnd: OVERALL,
  stream: OVERALL,
};

/** Of one thread: nobody reads what changes faster. */
export const EDIT_INTERVAL_MS = 1_200;
