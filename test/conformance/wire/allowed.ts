import type { Allowed } from './findings.ts';

/** Where the platforms, or what is known of them, are otherwise than their specifications say. */
export const ALLOWED: readonly Allowed[] = [
  {
    where: 'dataset-viewer GET /first-rows answers',
    what: '200 /rows/*/row/text: meets more than one of oneOf',
    reason: 'a text is a text and a document to the definition, which says that a cell is one of both',
  },
  {
    where: 'discord PATCH /channels/{channel_id}/messages/{message_id} answers',
    what: '400 /errors',
    reason:
      'codes of faults are words, not numbers: https://docs.discord.com/developers/reference#error-messages',
  },
  {
    where: 'discord POST /channels/{channel_id}/messages answers',
    what: '400 /errors',
    reason: 'the same',
  },
  {
    where: 'discord PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id} is asked',
    what: '/: no field "tts" is known',
    reason: 'discord.js sends it with every message; Discord looks at it where it means something',
  },
  {
    where: 'discord PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id} is asked',
    what: '/: no field "enforce_nonce" is known',
    reason: 'the same',
  },
  {
    where: 'discord POST /interactions/{interaction_id}/{interaction_token}/callback is asked',
    what: '/data: no field "enforce_nonce" is known',
    reason: 'the same',
  },
  {
    where: 'discord POST /channels/{channel_id}/messages/{message_id}/threads is asked',
    what: '/: no field "type" is known',
    reason: 'discord.js sends it with every thread',
  },
  {
    where: 'discord gateway server sends 0 INTERACTION_CREATE',
    what: '/d/data: no field "id" is known',
    reason: 'a click names the component by its number too; the types leave it out',
  },
  {
    where: 'discord gateway server sends 0 MESSAGE_CREATE',
    what: '/d/components/*/',
    reason: 'files and pictures are told as the OpenAPI document has them, of which the types know less',
  },
  {
    where: 'discord gateway server sends 0 MESSAGE_CREATE',
    what: '/d/message_snapshots/*/message',
    reason: 'a type made of picked parts, of which no schema can be made',
  },
  {
    where: 'discord gateway server sends 0 MESSAGE_UPDATE',
    what: '/d: the field',
    reason: 'older gateways tell of a preview with what has changed alone, which is tried too',
  },
  {
    where: 'discord gateway server sends 0 RESUMED',
    what: '/d: must NOT be valid',
    reason: 'the gateway sends an empty value where the types have none',
  },
  {
    where: 'discord gateway server sends 11',
    what: '/d: must NOT be valid',
    reason: 'the same; the first heartbeat is due within 41 seconds, and few tests last as long',
    isRare: true,
  },
  {
    where: 'hub GET /api/datasets/{namespace}/{repo}/tree/{rev}/{path} answers',
    what: '200 /*: no field "path" is known',
    reason: 'the definition leaves out the path of each entry, which the Hub has always told',
  },
  {
    where: 'hub GET /api/models/{namespace}/{repo}/tree/{rev}/{path} answers',
    what: '200 /*: no field "path" is known',
    reason: 'the same',
  },
  {
    where: 'hub GET /datasets/{namespace}/{repo}/resolve/{rev}/{path} answers',
    what: '206 is not known',
    reason: 'a part of a file, which was asked for: the definition has whole files alone',
  },
  {
    where: 'hub GET /spaces/{namespace}/{repo}/resolve/{rev}/{path} answers',
    what: '206 is not known',
    reason: 'the same',
  },
  {
    where: 'hub GET /{namespace}/{repo}/resolve/{rev}/{path} answers',
    what: '206 is not known',
    reason: 'the same',
  },
  {
    where: 'hub GET /api/{repoType}/{namespace}/{repo}/discussions/{num} is asked',
    what: '?diff is not known',
    reason:
      'huggingface_hub asks so for what a pull request changes: https://huggingface.co/docs/huggingface_hub/package_reference/community',
  },
  {
    where: 'hub GET /api/{repoType}/{namespace}/{repo}/discussions/{num} answers',
    what: '200 /: no field "diff"',
    reason: 'the answer to that',
  },
  {
    where: 'hub POST /api/datasets/{namespace}/{repo}/preupload/{rev} is asked',
    what: '?create_pr is not known',
    reason: '@huggingface/hub sends with it what it will send with the commit',
  },
  {
    where: 'openai POST /chat/completions answers',
    what: '/choices/*/delta: no field "reasoning_content" is known',
    reason: 'what providers behind the router send of a model’s thoughts',
  },
  {
    where: 'openai POST /responses answers',
    what: '/',
    reason: 'answered by the mock server of @copilotkit/aimock, which leaves out what has no content',
  },
  {
    where: 'slack conversations.replies answers',
    what: '/messages/*/user: must be string',
    reason: 'bots without a user have been seen to be told of with none',
  },
  {
    where: 'slack conversations.replies answers',
    what: '/messages/*/metadata/event_payload',
    reason: 'what is in it is the app’s own: https://docs.slack.dev/messaging/message-metadata',
  },
  {
    where: 'slack conversations.history answers',
    what: '/messages/*/metadata/event_payload',
    reason: 'what is in it is the app’s own: https://docs.slack.dev/messaging/message-metadata',
  },
  ...['client_msg_id', 'subtype', 'hidden', 'username'].map((field) => ({
    where: 'slack conversations.replies answers',
    what: `/messages/*: no field "${field}" is known`,
    reason:
      'messages are told as the events of them (https://docs.slack.dev/reference/methods/conversations.replies); the SDK’s type has less',
  })),
  {
    where: 'slack files.getUploadURLExternal is asked',
    what: '/: no field "alt_txt" is known',
    reason:
      'so it is called by https://docs.slack.dev/reference/methods/files.getUploadURLExternal; the SDK’s type says `alt_text`',
  },
  {
    where: 'slack oauth.v2.access answers',
    what: '/enterprise: must be object',
    reason: 'null outside of an organisation: https://docs.slack.dev/reference/methods/oauth.v2.access',
  },
  {
    where: 'slack sends events_api',
    what: 'message /message/subtype: must NOT be valid',
    reason: 'what is left of a deleted message is a change with the subtype "tombstone"',
  },
  {
    where: 'slack sends events_api',
    what: 'message /user: must be string',
    reason: 'bots without a user have been seen to be told of with none',
  },
  {
    where: 'slack sends interactive',
    what: '/message/user: must be string',
    reason: 'the same',
  },
  {
    where: 'slack sends interactive',
    what: '/message: no field "thread_ts" is known',
    reason: 'told of messages in threads: https://docs.slack.dev/reference/interaction-payloads',
  },
  {
    where: 'slack sends interactive',
    what: '/: no field "api_app_id" is known',
    reason: 'the SDK’s type of message shortcuts leaves it out',
  },
];
