import type { Rates } from '../../src/thread/delivery/outbound.ts';

/** Limits of Slack that a payload can hit, each with its source. All in characters unless said otherwise. */
export const SLACK_LIMITS = {
  /** https://docs.slack.dev/reference/block-kit/blocks: "up to 50 blocks in each message". */
  blocks: 50,
  /** https://docs.slack.dev/reference/block-kit/blocks/section-block: text 3,000; 10 fields of 2,000. */
  sectionText: 3_000,
  sectionFields: 10,
  fieldText: 2_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/context-block: 10 elements. */
  contextElements: 10,
  contextText: 3_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/markdown-block: 12,000 over all markdown blocks. */
  markdownText: 12_000,
  /** https://docs.slack.dev/reference/methods/chat.postMessage: longer text is truncated. */
  messageText: 40_000,
  /**
   * All blocks of one message together. Not documented: `msg_blocks_too_long` was seen at about 13,200
   * (slackapi/bolt-js issue 2509), fewer with more blocks. 12,000 keeps clear of it.
   */
  allBlocks: 12_000,
  /**
   * https://docs.slack.dev/reference/block-kit/composition-objects/text-object: a button's label, its value.
   */
  buttonLabel: 75,
  buttonValue: 2_000,
  /** https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element: options. */
  selectOptions: 100,
  /** .../composition-objects/option-object: its value; .../select-menu-element: its placeholder. */
  optionValue: 150,
  placeholder: 150,
  /**
   * https://docs.slack.dev/reference/views/modal-views: a title; .../plain-text-input-element: max_length.
   */
  modalTitle: 24,
  /**
   * https://docs.slack.dev/reference/methods/assistant.threads.setTitle; longer ones are cut where they are
   * shown.
   */
  threadTitle: 250,
  /** https://docs.slack.dev/reference/block-kit/blocks/table-block: rows and columns of a table. */
  tableRows: 100,
  tableColumns: 20,
  /**
   * https://docs.slack.dev/reference/block-kit/blocks/data-table-block: 10,000 in all cells of a message.
   * Less leaves room for what stands besides.
   */
  tablesText: 9_500,
  /** Tasks of a stream, and their titles: not documented; what a phone shows well. */
  streamTasks: 20,
  taskTitle: 200,
  /** https://docs.slack.dev/reference/views/modal-views: blocks, and what travels with a dialog. */
  viewBlocks: 100,
  viewMetadata: 3_000,
  /** https://docs.slack.dev/reference/methods/chat.postEphemeral, `msg_too_long`. */
  ephemeralText: 4_000,
  inputText: 3_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/input-block: label and hint. */
  inputLabel: 2_000,
  /** https://docs.slack.dev/reference/methods/files.getUploadURLExternal, `alt_txt_too_large`. */
  altText: 1_000,
} as const;

/** Markdown of one answer part: well below `allBlocks`, so that the rest of a message has room. */
export const ANSWER_CHARACTERS = 9_000;

/**
 * Rates of the Web API (https://docs.slack.dev/apis/web-api/rate-limits): chat.update is tier 3, 50 a minute
 * for a workspace, chat.postMessage about one a second for a channel. Both tolerate bursts that are not
 * published; these are small ones, and a little less than the rate keeps clear of it.
 */
export const slackRates = (factor: number): Rates => ({
  post: { perMinute: 57 * factor, burst: 3, per: 'channel' },
  edit: { perMinute: 47 * factor, burst: 12, per: 'workspace' },
  /** reactions.add and reactions.remove: tier 3 and tier 2; an edit is one of each. */
  reaction: { perMinute: 19 * factor, burst: 10, per: 'workspace' },
  /** chat.startStream and chat.stopStream: tier 2, 20 a minute; a stream is begun and stopped once. */
  streamEnd: { perMinute: 19 * factor, burst: 8, per: 'workspace' },
  /** chat.appendStream: tier 4, 100 a minute. */
  stream: { perMinute: 94 * factor, burst: 20, per: 'workspace' },
});

/** Of one thread: what chat.update's 50 a minute come to, where it is the only one. */
export const EDIT_INTERVAL_MS = 1_200;
