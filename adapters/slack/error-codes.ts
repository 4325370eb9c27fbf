import { ALL_REACTIONS, NO_REACTIONS, type Row as SharedRow, tableOf } from '../shared/error-meanings.ts';

/*
 * Every error code that the methods documents which this adapter calls, and what it means for what was to be
 * done. Sources: the page of each method under https://docs.slack.dev/reference/methods (as of May 2026), the
 * codes that all methods share, and those that older editions of the pages named and that are still seen
 * (slackapi/slack-api-specs).
 */

/** What only Slack's error codes say about a call. */
export type Own =
  /** The same in smaller parts. */
  | 'shorter'
  /** The same in a plainer form. */
  | 'plainer'
  /** The same without the metadata that messages are found again by. */
  | 'unmarked'
  /** The message is still streamed to: the stream has to be stopped first. */
  | 'streaming'
  /** The same without a stream. */
  | 'unstreamed';

export type Row = SharedRow<Own> & {
  /** The methods that document it; `ANY` for those that all share. */
  methods: readonly string[];
};

export const ANY = '*';

const POST = 'chat.postMessage';
const UPDATE = 'chat.update';
const DELETE = 'chat.delete';
const EPHEMERAL = 'chat.postEphemeral';
const START = 'chat.startStream';
const STREAMS = [START, 'chat.appendStream', 'chat.stopStream'];
const [, APPEND = '', STOP = ''] = STREAMS;
const SENDS = [POST, ...STREAMS];
const WRITES = [POST, UPDATE, ...STREAMS];
const TELLS = [...SENDS, EPHEMERAL];
const ADD = 'reactions.add';
const REMOVE = 'reactions.remove';
const REACTING = [ADD, REMOVE];
const UPLOAD = 'files.getUploadURLExternal';
const COMPLETE = 'files.completeUploadExternal';
const UNSHARE = 'files.delete';
const OPEN = 'views.open';
const PUBLISH = 'views.publish';
const VIEWS = [OPEN, PUBLISH];
const HISTORY = 'conversations.history';
const REPLIES = 'conversations.replies';
const READS = [HISTORY, REPLIES];
const TITLE = 'assistant.threads.setTitle';
const PANEL = [TITLE, 'assistant.threads.setSuggestedPrompts'];
const USER = 'users.info';
const GROUP = 'usergroups.users.list';

const TROUBLE = 'Slack has trouble';
const FORM = 'Slack does not take it in this form';
const ADMINS = 'the admins of this workspace do not allow it';
const TOKEN = 'Slack refuses my token; whoever runs me has to install me again';
const SCOPE = 'I lack a permission; whoever runs me has to install me again with all scopes of the manifest';
const NO_FILES = 'the admins of this workspace do not allow such files';
const SHARED = 'the admins do not allow that in channels that are shared with other organisations';
const NOT_THERE = 'I am not in the channel any more; somebody has to invite me again';

type Entry = readonly [methods: readonly string[], why: string];

const BY_MEANING: Readonly<Record<Row['means'], Readonly<Record<string, Entry>>>> = {
  limited: {
    ratelimited: [[ANY], TROUBLE],
    rate_limited: [SENDS, TROUBLE],
    message_limit_exceeded: [
      [...WRITES, EPHEMERAL],
      'this workspace has sent more messages than its plan allows',
    ],
  },
  passing: {
    service_unavailable: [[ANY], TROUBLE],
    request_timeout: [[ANY], TROUBLE],
    team_added_to_org: [[ANY], 'this workspace is being moved into an organisation'],
    org_login_required: [[ANY], 'this workspace is being moved into an organisation'],
    // A token that has run out is renewed: what waits is sent then.
    token_expired: [[ANY], TOKEN],
    external_channel_migrating: [[UPDATE, ...REACTING], 'this channel is being moved'],
  },
  unclear: {
    internal_error: [[ANY], TROUBLE],
    fatal_error: [[ANY], TROUBLE],
    update_failed: [[UPDATE], TROUBLE],
    messaging_processing_failed: [[START, APPEND], TROUBLE],
    file_update_failed: [[COMPLETE], TROUBLE],
    list_record_comment_fetch_failed: [[REPLIES], TROUBLE],
    duplicate_channel_not_found: [SENDS, TROUBLE],
    duplicate_message_not_found: [SENDS, TROUBLE],
    draft_already_deleted: [[POST], FORM],
    draft_already_sent: [[POST], FORM],
    draft_has_conflict: [[POST], FORM],
    draft_not_found: [[POST], FORM],
    unable_to_share_files: [[UPDATE], TROUBLE],
    missing_file_data: [[POST, STOP], TROUBLE],
  },
  shorter: {
    msg_too_long: [[UPDATE, EPHEMERAL], FORM],
    msg_blocks_too_long: [SENDS, FORM],
    msg_blocks_too_many: [STREAMS, FORM],
    attachment_payload_limit_exceeded: [[POST, STOP], FORM],
  },
  plainer: {
    invalid_blocks: [[...WRITES, EPHEMERAL, COMPLETE], FORM],
    invalid_blocks_format: [[POST, UPDATE, START, EPHEMERAL], FORM],
    invalid_attachments: [[UPDATE, EPHEMERAL], FORM],
    too_many_attachments: [[...WRITES, EPHEMERAL], FORM],
    too_many_contact_cards: [[POST, APPEND, STOP], FORM],
    markdown_text_conflict: [[POST, UPDATE, EPHEMERAL], FORM],
    no_text: [[...WRITES, EPHEMERAL], FORM],
    as_user_not_supported: [[POST, UPDATE, APPEND, STOP], FORM],
    cant_broadcast_message: [[UPDATE], FORM],
    no_dual_broadcast_content_update: [[UPDATE], FORM],
    file_share_limit_reached: [[UPDATE], FORM],
    max_file_sharing_exceeded: [[UPDATE], FORM],
    slack_connect_canvas_sharing_blocked: [WRITES, SHARED],
    slack_connect_file_link_sharing_blocked: [WRITES, SHARED],
    slack_connect_lists_sharing_blocked: [SENDS, SHARED],
    slack_connect_clip_sharing_blocked: [[UPDATE], SHARED],
    slack_connect_file_upload_sharing_blocked: [[UPDATE], SHARED],
    slack_connect_blocked_file_type: [[UPDATE], SHARED],
    blocked_file_type: [[UPDATE], NO_FILES],
    invalid_arguments: [[ANY], FORM],
    invalid_arg_name: [[ANY], FORM],
    invalid_array_arg: [[ANY], FORM],
    invalid_charset: [[ANY], FORM],
    invalid_form_data: [[ANY], FORM],
    invalid_post_type: [[ANY], FORM],
    missing_post_type: [[ANY], FORM],
    missing_argument: [[UPLOAD], FORM],
    invalid_json: [[ANY], FORM],
    json_not_object: [[ANY], FORM],
    missing_charset: [[ANY], FORM],
    superfluous_charset: [[ANY], FORM],
  },
  unmarked: {
    invalid_metadata_format: [WRITES, FORM],
    invalid_metadata_schema: [WRITES, FORM],
    metadata_must_be_sent_from_app: [WRITES, FORM],
    metadata_too_large: [WRITES, FORM],
  },
  streaming: { streaming_state_conflict: [[UPDATE], 'it is still being written'] },
  unstreamed: {
    message_not_in_streaming_state: [[APPEND, STOP], 'it is not being streamed to'],
    message_not_owned_by_app: [[APPEND, STOP], 'it is not mine'],
    stopped_by_user: [[APPEND], 'somebody stopped it'],
    invalid_chunks: [STREAMS, FORM],
    channel_type_not_supported: [STREAMS, 'there are no streams in this kind of channel'],
    missing_recipient_team_id: [[START], FORM],
    missing_recipient_user_id: [[START], FORM],
    user_not_found: [[START, USER], FORM],
  },
  gone: {
    message_not_found: [[UPDATE, DELETE, APPEND, STOP, ...REACTING, ...PANEL], 'it was deleted'],
    file_not_found: [[UPDATE, COMPLETE, UNSHARE, REMOVE], 'the file was deleted'],
    file_deleted: [[UPDATE, UNSHARE], 'the file was deleted'],
    file_is_deleted: [[UPDATE], 'the file was deleted'],
    file_comment_not_found: [[REMOVE], 'it was deleted'],
  },
  frozen: {
    edit_window_closed: [[UPDATE], 'messages can be changed for a while only in this workspace'],
    cant_update_message: [[UPDATE], 'I may not change it any more'],
    block_mismatch: [[UPDATE], FORM],
  },
  closed: {
    channel_not_found: [
      [...WRITES, DELETE, EPHEMERAL, COMPLETE, ...REACTING, ...READS, ...PANEL],
      'the channel is gone, or I am not in it any more; somebody has to invite me again',
    ],
    is_archived: [[...TELLS, ADD], 'the channel is archived; somebody has to un-archive it'],
    is_inactive: [[UPDATE], 'the channel is archived or frozen; somebody has to open it again'],
    not_in_channel: [[...TELLS, COMPLETE, HISTORY], NOT_THERE],
    invalid_channel: [[COMPLETE], NOT_THERE],
    channel_is_limited_access: [[HISTORY], NOT_THERE],
    messages_tab_disabled: [TELLS, 'my Messages tab is switched off; whoever runs me has to switch it on'],
    restricted_action_read_only_channel: [
      SENDS,
      'the channel is read-only; its managers have to let me post',
    ],
    restricted_action_thread_locked: [SENDS, 'the thread is locked; an admin has to unlock it'],
    restricted_action_non_threadable_channel: [SENDS, 'there are no threads in this channel'],
    restricted_action_thread_only_channel: [SENDS, 'only replies in threads can be posted in this channel'],
    cannot_reply_to_message: [[POST, STOP, EPHEMERAL], 'there can be no thread below that message'],
    token_revoked: [[ANY], TOKEN],
    invalid_auth: [[ANY], TOKEN],
    not_authed: [[ANY], TOKEN],
    account_inactive: [[ANY], TOKEN],
    team_access_not_granted: [[ANY], 'I am not installed in this workspace; an admin has to install me'],
    enterprise_is_restricted: [[ANY], ADMINS],
    ekm_access_denied: [[ANY], 'the admins have suspended sending messages to this channel'],
    two_factor_setup_required: [[ANY], ADMINS],
    accesslimited: [[ANY], 'Slack may not be called from where I run; whoever runs me has to change that'],
  },
  denied: {
    restricted_action: [TELLS, 'a setting of this workspace keeps me from posting; an admin has to allow it'],
    missing_scope: [[ANY], SCOPE],
    no_permission: [[ANY], SCOPE],
    not_allowed_token_type: [[ANY], SCOPE],
    access_denied: [[ANY], SCOPE],
    team_not_found: [WRITES, 'Slack does not know this workspace'],
    deprecated_endpoint: [[ANY], 'Slack no longer offers it; whoever runs me has to install a newer version'],
    method_deprecated: [[ANY], 'Slack no longer offers it; whoever runs me has to install a newer version'],
    unknown_method: [[ANY], 'Slack no longer offers it; whoever runs me has to install a newer version'],
    upgrade_required: [[ANY], 'Slack no longer offers it; whoever runs me has to install a newer version'],
    posting_to_channel_denied: [[UPDATE, COMPLETE], NO_FILES],
    posting_to_general_channel_denied: [[COMPLETE], NO_FILES],
    user_not_in_channel: [[EPHEMERAL], 'they are not in the channel'],
    not_enabled: [[PUBLISH], 'my Home tab is switched off; whoever runs me has to switch it on'],
    no_access: [REACTING, NO_REACTIONS],
    thread_locked: [REACTING, 'the thread is locked'],
    cant_delete_message: [[DELETE], 'I may not delete it'],
    compliance_exports_prevent_deletion: [[DELETE], 'nothing may be deleted in this workspace'],
    cant_delete_file: [[UNSHARE], 'I may not delete it'],
    delete_not_allowed: [[UNSHARE], 'it can not be deleted'],
    file_deleting_disabled: [[UNSHARE], 'files can not be deleted in this workspace'],
    file_type_not_allowed: [[UPLOAD, COMPLETE], NO_FILES],
    file_uploads_disabled: [[UPLOAD], 'uploads are switched off in this workspace'],
    file_uploads_except_images_disabled: [
      [UPLOAD, COMPLETE],
      'only pictures can be uploaded in this workspace',
    ],
    file_upload_size_restricted: [[UPLOAD], 'it is larger than what this workspace takes'],
    storage_limit_reached: [[UPLOAD], 'this workspace has no room for files left'],
    user_not_visible: [[USER], 'I may not see who that is'],
    plan_upgrade_required: [[GROUP], 'this workspace has no user groups'],
    user_is_bot: [[ANY], ADMINS],
    user_is_restricted: [[ANY], ADMINS],
    user_is_ultra_restricted: [[ANY], ADMINS],
  },
  again: {
    expired_trigger_id: [[OPEN], 'that took longer than Slack waits; please do it again'],
    exchanged_trigger_id: [[OPEN], 'that was used before; please do it again'],
    invalid_trigger_id: [[OPEN], 'Slack does not know that click any more; please do it again'],
    trigger_expired: [[OPEN], 'that took longer than Slack waits; please do it again'],
    trigger_exchanged: [[OPEN], 'that was used before; please do it again'],
    invalid_trigger: [[OPEN], 'Slack does not know that click any more; please do it again'],
    hash_conflict: [[PUBLISH], 'it was changed meanwhile; please do it again'],
  },
  done: {
    already_reacted: [[ADD], 'it is there'],
    no_reaction: [[REMOVE], 'it is gone'],
  },
  final: {
    view_too_large: [VIEWS, 'it is more than a dialog of Slack’s has room for'],
    duplicate_external_id: [VIEWS, FORM],
    missing_profile_id: [[PUBLISH], FORM],
    not_implemented: [[PUBLISH], FORM],
    bad_timestamp: [REACTING, FORM],
    invalid_name: [REACTING, 'this workspace does not have that emoji'],
    no_item_specified: [REACTING, FORM],
    not_reactable: [[ADD], 'it can have no reactions'],
    too_many_emoji: [[ADD], 'it has as many kinds of reactions as there can be'],
    too_many_reactions: [[ADD], ALL_REACTIONS],
    invalid_thread_ts: [PANEL, 'that thread has no name'],
    alt_txt_too_large: [[UPLOAD], FORM],
    snippet_too_large: [[UPLOAD], 'it is larger than 1 MB'],
    unknown_snippet_type: [[UPLOAD], FORM],
    unknown_subtype: [[UPLOAD], FORM],
    channels_limit_exceeded: [[COMPLETE], FORM],
    thread_not_found: [[REPLIES], 'there is no such thread'],
    invalid_cursor: [[...READS, GROUP], FORM],
    invalid_metadata_filter_keys: [READS, FORM],
    invalid_ts_latest: [READS, FORM],
    invalid_ts_oldest: [READS, FORM],
    method_not_supported_for_channel_type: [[REPLIES], 'there are no threads in this kind of channel'],
    too_many_users: [[USER], FORM],
    no_such_subteam: [[GROUP], 'there is no such user group'],
  },
};

export const ERROR_CODES: ReadonlyMap<string, Row> = tableOf(BY_MEANING, ([methods, why]) => ({
  methods,
  why,
}));
