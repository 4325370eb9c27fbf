import { RESTJSONErrorCodes as Code } from 'discord.js';
import { type Row as SharedRow, tableOf } from '../shared/error-meanings.ts';

/*
 * The JSON error codes that Discord can answer with to what this adapter does (messages, reactions, files,
 * threads, direct messages, interactions), and what each means for what was to be done. Sources:
 * RESTJSONErrorCodes of discord-api-types,
 * https://docs.discord.com/developers/topics/opcodes-and-status-codes#json and
 * https://docs.discord.com/developers/topics/threads.
 */

/** What only Discord's error codes say about a call. */
export type Own =
  /** Another form: shorter where it says so, else plainer. */
  | 'form'
  /** The same in smaller parts; a file not at all. */
  | 'too_large'
  /** The thread is archived: it is un-archived first, unless somebody has locked it. */
  | 'archived';

export type Row = SharedRow<Own>;

const TROUBLE = 'Discord has trouble';
const FORM = 'Discord does not take it in this form';
const PERMISSION =
  'I lack a permission here; whoever manages this server can grant it to my role, under Edit Channel > Permissions';
const GONE = 'the thread or channel is gone';
const TOKEN = 'Discord refuses my token; whoever runs me has to set a new one';
const LATE = 'that took longer than Discord waits; please do it again';
const FILE = 'Discord does not take this file';
const RULES = 'the moderation rules of this server do not let it through';
const KIND = 'this kind of channel takes no such messages';
const NEWER = 'Discord no longer offers it; whoever runs me has to install a newer version';

const BY_MEANING: Readonly<Record<Row['means'], Readonly<Record<string, string>>>> = {
  limited: {
    [Code.ActionCannotBePerformedDueToSlowmodeRateLimit]: 'this channel is in slow mode',
    [Code.AnnouncementEditLimitExceeded]: TROUBLE,
    [Code.ChannelSendRateLimit]: TROUBLE,
    [Code.ServerSendRateLimit]: TROUBLE,
    [Code.OpeningDirectMessagesTooFast]: TROUBLE,
    [Code.ServiceResourceIsBeingRateLimited]: TROUBLE,
  },
  passing: {
    [Code.APIResourceOverloaded]: TROUBLE,
    [Code.FeatureTemporarilyDisabledServerSide]: TROUBLE,
    [Code.SendMessagesHasBeenTemporarilyDisabled]: TROUBLE,
    [Code.IndexNotYetAvailable]: TROUBLE,
    [Code.ApplicationNotYetAvailable]: TROUBLE,
  },
  unclear: {
    [Code.GeneralError]: TROUBLE,
    [Code.CloudflareIsBlockingYourRequest]: TROUBLE,
    [Code.ApplicationInteractionFailedToSend]: TROUBLE,
  },
  form: {
    [Code.InvalidFormBodyOrContentType]: FORM,
    [Code.RequestBodyContainsInvalidJSON]: FORM,
    [Code.CannotSendAnEmptyMessage]: FORM,
    [Code.MaximumNumberOfAttachmentsInAMessageReached]: FORM,
    [Code.ExplicitContentCannotBeSentToTheDesiredRecipient]: RULES,
    [Code.MessageWasBlockedByAutomaticModeration]: RULES,
    [Code.TitleWasBlockedByAutomaticModeration]: RULES,
    [Code.MessageBlockedByHarmfulLinksFilter]: RULES,
    [Code.InvalidMessageType]: FORM,
    [Code.CannotReplyWithoutPermissionToReadMessageHistory]: PERMISSION,
    [Code.CannotReferenceAMessageWithoutPermissionToReadMessageHistory]: PERMISSION,
    [Code.NSFWChannelMessageReferenceNotAllowed]: RULES,
    [Code.CannotForwardMessageWithUnreadableContent]: FORM,
    [Code.InvalidStickerSent]: FORM,
    [Code.CannotEditStickersWithinMessage]: FORM,
    [Code.SpecifiedEmojiIsInvalid]: FORM,
    [Code.CannotEditAPollMessage]: FORM,
    [Code.CannotUseAnEmojiIncludedWithThePoll]: FORM,
    [Code.InvalidActivityAction]: FORM,
  },
  too_large: {
    [Code.RequestEntityTooLarge]: 'it is larger than what this server takes',
    [Code.FileUploadedExceedsMaximumSize]: 'it is larger than what this server takes',
  },
  archived: { [Code.InvalidActionOnArchivedThread]: 'the thread is archived' },
  gone: { [Code.UnknownMessage]: 'it was deleted' },
  frozen: {
    [Code.MaximumNumberOfEditsToMessagesOlderThanOneHourReached]: 'old messages can be changed so often only',
    [Code.CannotEditMessageAuthoredByAnotherUser]: 'it is not mine',
    [Code.VoiceMessagesCannotBeEdited]: FORM,
    [Code.CannotExecuteActionOnSystemMessage]: 'it is a message of Discord’s own',
  },
  closed: {
    [Code.UnknownChannel]: GONE,
    [Code.UnknownGuild]: 'I am not in this server any more; somebody has to invite me again',
    [Code.InvalidGuild]: 'I am not in this server any more; somebody has to invite me again',
    [Code.UserBannedFromThisGuild]: 'I am banned from this server',
    [Code.MissingAccess]: `I can't see this channel; ${PERMISSION}`,
    [Code.ThreadLocked]: 'the thread is locked; a moderator has to unlock it',
    [Code.CannotSendMessagesToThisUser]: 'they take no direct messages',
    [Code.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds]: 'we share no server',
    [Code.CannotSendMessagesInNonTextChannel]: KIND,
    [Code.CannotSendAMessageInAForumChannel]: KIND,
    [Code.CannotExecuteActionOnThisChannelType]: KIND,
    [Code.CannotExecuteActionOnDMChannel]: KIND,
    [Code.ChannelVerificationLevelTooHighForYouToGainAccess]: RULES,
    [Code.InvalidToken]: TOKEN,
    [Code.Unauthorized]: TOKEN,
    [Code.ConnectionHasBeenRevoked]: TOKEN,
    [Code.UnknownAccount]: TOKEN,
    [Code.UnknownApplication]: TOKEN,
    [Code.VerifyYourAccount]: TOKEN,
    [Code.TheUserAccountMustFirstBeVerified]: TOKEN,
    [Code.ServerNotAvailableInYourLocation]: 'this server is not available where I run',
  },
  denied: {
    [Code.MissingPermissions]: PERMISSION,
    [Code.TwoFactorAuthenticationIsRequired]:
      'this server asks for two-factor authentication of whoever runs me',
    [Code.NotAuthorizedToPerformThisActionOnThisApplication]: PERMISSION,
    [Code.MissingRequiredOAuth2Scope]: PERMISSION,
    [Code.InvalidAPIVersion]: NEWER,
    [Code.BotsCannotUseThisEndpoint]: NEWER,
    [Code.InvalidRequestOrigin]: NEWER,
    [Code.AccessToFileUploadsHasBeenLimitedForThisGuild]: 'uploads are limited in this server',
    [Code.InvalidFileUploaded]: FILE,
    [Code.ProvidedFileIsInvalid]: FILE,
    [Code.ProvidedFileTypeIsInvalid]: FILE,
    [Code.UploadedFileNotFound]: FILE,
    [Code.FailedToResizeAssetBelowTheMaximumSize]: FILE,
    [Code.MaximumActiveThreads]:
      'this server has as many active threads as there can be; close some, then ask me again',
    [Code.MaximumActiveAnnouncementThreads]:
      'this channel has as many active threads as there can be; close some, then ask me again',
    [Code.MaximumThreadParticipantsReached]: 'the thread has as many members as there can be',
    [Code.MaximumNumberOfGuildChannelsReached]: 'this server has as many channels as there can be',
    [Code.TagRequiredToCreateAForumPostInThisChannel]: 'a post needs a tag in this forum',
  },
  again: {
    [Code.UnknownInteraction]: LATE,
    [Code.UnknownWebhook]: LATE,
    [Code.InvalidWebhookToken]: LATE,
    [Code.UnknownApplicationCommand]: LATE,
    [Code.InteractionHasAlreadyBeenAcknowledged]: 'that was answered before; please do it again',
    [Code.ThisInteractionHasHitTheMaximumNumberOfFollowUpMessages]:
      'too much was said about that; please do it again',
  },
  done: { [Code.ThreadAlreadyCreatedForMessage]: 'it has a thread' },
  final: {
    [Code.UnknownEmoji]: 'there is no such emoji',
    [Code.UnknownUser]: 'there is no such person',
    [Code.UnknownMember]: 'there is no such member',
    [Code.MaximumNumberOfReactionsReached]: 'it has as many reactions as there can be',
    [Code.ReactionWasBlocked]: 'I may not react there',
    [Code.UserCannotUseBurstReactions]: 'I may not react there',
    [Code.InvalidRecipients]: 'they take no direct messages',
    [Code.InvalidThreadNotificationSettings]: FORM,
    [Code.MaximumNumberOfPinsReachedForTheChannel]: FORM,
  },
};

/** By the code as text. */
export const ERROR_CODES: ReadonlyMap<string, Row> = tableOf(BY_MEANING, (why) => ({ why }));
