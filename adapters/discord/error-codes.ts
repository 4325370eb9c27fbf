import { RESTJSONErrorCodes as Code } from 'discord.js';
import { ALL_REACTIONS, NO_REACTIONS, type Row as SharedRow, tableOf } from '../shared/error-meanings.ts';

/*
 * The JSON error codes that Discord can answer with to what this adapter does (messages, reactions, files,
 * threads, direct messages, interactions), what each means for what was to be done, and where that is known
 * from (as of August 2026).
 */

/** What only Discord's error codes say about a call. */
export type Own =
  /** Another form: shorter where it says so, else plainer. */
  | 'form'
  /** The same in smaller parts; a file not at all. */
  | 'too_large'
  /** The thread is archived: it is un-archived first, unless somebody has locked it. */
  | 'archived';

export type Row = SharedRow<Own> & {
  /** The pages that name the code, or say when Discord answers with it. */
  sources: readonly string[];
};

/** Discord's list of codes; what it says of each is what the code is called here. */
export const LIST = 'https://docs.discord.com/developers/topics/opcodes-and-status-codes#json';
/** Codes that the list lacks, and that Discord's own types for clients have. */
export const TYPES =
  'https://github.com/discordjs/discord-api-types/blob/main/rest/common.ts (RESTJSONErrorCodes)';
const listed = (page: string): readonly string[] => [LIST, `https://docs.discord.com/developers/${page}`];
const CODE = [LIST];
const TYPE = [TYPES];
const THREAD = listed('topics/threads');
/** An answer within three seconds, and by its token within a quarter of an hour. */
const INTERACTION = listed('interactions/receiving-and-responding');
const UPLOAD = listed('reference#uploading-files');
const MODERATION = listed('resources/auto-moderation');
const CHANNEL = listed('resources/channel');
const DIRECT_MESSAGE = listed('resources/user#create-dm');
const RATE = listed('topics/rate-limits');

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

type Entry = readonly [sources: readonly string[], why: string];

const BY_MEANING: Readonly<Record<Row['means'], Readonly<Record<string, Entry>>>> = {
  limited: {
    [Code.ActionCannotBePerformedDueToSlowmodeRateLimit]: [CHANNEL, 'this channel is in slow mode'],
    [Code.AnnouncementEditLimitExceeded]: [CODE, TROUBLE],
    [Code.ChannelSendRateLimit]: [RATE, TROUBLE],
    [Code.ServerSendRateLimit]: [RATE, TROUBLE],
    [Code.OpeningDirectMessagesTooFast]: [DIRECT_MESSAGE, TROUBLE],
    [Code.ServiceResourceIsBeingRateLimited]: [RATE, TROUBLE],
  },
  passing: {
    [Code.APIResourceOverloaded]: [CODE, TROUBLE],
    [Code.FeatureTemporarilyDisabledServerSide]: [CODE, TROUBLE],
    [Code.SendMessagesHasBeenTemporarilyDisabled]: [CODE, TROUBLE],
    [Code.IndexNotYetAvailable]: [CODE, TROUBLE],
    [Code.ApplicationNotYetAvailable]: [CODE, TROUBLE],
  },
  unclear: {
    [Code.GeneralError]: [CODE, TROUBLE],
    [Code.CloudflareIsBlockingYourRequest]: [CODE, TROUBLE],
    [Code.ApplicationInteractionFailedToSend]: [CODE, TROUBLE],
  },
  form: {
    [Code.InvalidFormBodyOrContentType]: [CODE, FORM],
    [Code.RequestBodyContainsInvalidJSON]: [CODE, FORM],
    [Code.CannotSendAnEmptyMessage]: [CODE, FORM],
    [Code.MaximumNumberOfAttachmentsInAMessageReached]: [CODE, FORM],
    [Code.ExplicitContentCannotBeSentToTheDesiredRecipient]: [CODE, RULES],
    [Code.MessageWasBlockedByAutomaticModeration]: [MODERATION, RULES],
    [Code.TitleWasBlockedByAutomaticModeration]: [MODERATION, RULES],
    [Code.MessageBlockedByHarmfulLinksFilter]: [CODE, RULES],
    [Code.InvalidMessageType]: [CODE, FORM],
    [Code.CannotReplyWithoutPermissionToReadMessageHistory]: [CODE, PERMISSION],
    [Code.CannotReferenceAMessageWithoutPermissionToReadMessageHistory]: [TYPE, PERMISSION],
    [Code.NSFWChannelMessageReferenceNotAllowed]: [TYPE, RULES],
    [Code.CannotForwardMessageWithUnreadableContent]: [CODE, FORM],
    [Code.InvalidStickerSent]: [CODE, FORM],
    [Code.CannotEditStickersWithinMessage]: [CODE, FORM],
    [Code.SpecifiedEmojiIsInvalid]: [CODE, FORM],
    [Code.CannotEditAPollMessage]: [CODE, FORM],
    [Code.CannotUseAnEmojiIncludedWithThePoll]: [CODE, FORM],
    [Code.InvalidActivityAction]: [CODE, FORM],
  },
  too_large: {
    [Code.RequestEntityTooLarge]: [UPLOAD, 'it is larger than what this server takes'],
    [Code.FileUploadedExceedsMaximumSize]: [UPLOAD, 'it is larger than what this server takes'],
  },
  archived: { [Code.InvalidActionOnArchivedThread]: [THREAD, 'the thread is archived'] },
  gone: { [Code.UnknownMessage]: [CODE, 'it was deleted'] },
  frozen: {
    [Code.MaximumNumberOfEditsToMessagesOlderThanOneHourReached]: [
      CODE,
      'old messages can be changed so often only',
    ],
    [Code.CannotEditMessageAuthoredByAnotherUser]: [CODE, 'it is not mine'],
    [Code.VoiceMessagesCannotBeEdited]: [CODE, FORM],
    [Code.CannotExecuteActionOnSystemMessage]: [CODE, 'it is a message of Discord’s own'],
  },
  closed: {
    [Code.UnknownChannel]: [CODE, GONE],
    [Code.UnknownGuild]: [CODE, 'I am not in this server any more; somebody has to invite me again'],
    [Code.InvalidGuild]: [CODE, 'I am not in this server any more; somebody has to invite me again'],
    [Code.UserBannedFromThisGuild]: [CODE, 'I am banned from this server'],
    [Code.MissingAccess]: [CODE, `I can't see this channel; ${PERMISSION}`],
    [Code.ThreadLocked]: [THREAD, 'the thread is locked; a moderator has to unlock it'],
    [Code.CannotSendMessagesToThisUser]: [CODE, 'they take no direct messages'],
    [Code.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds]: [CODE, 'we share no server'],
    [Code.CannotSendMessagesInNonTextChannel]: [CODE, KIND],
    [Code.CannotSendAMessageInAForumChannel]: [CODE, KIND],
    [Code.CannotExecuteActionOnThisChannelType]: [CODE, KIND],
    [Code.CannotExecuteActionOnDMChannel]: [CODE, KIND],
    [Code.ChannelVerificationLevelTooHighForYouToGainAccess]: [CODE, RULES],
    [Code.InvalidToken]: [CODE, TOKEN],
    [Code.Unauthorized]: [CODE, TOKEN],
    [Code.ConnectionHasBeenRevoked]: [CODE, TOKEN],
    [Code.UnknownAccount]: [CODE, TOKEN],
    [Code.UnknownApplication]: [CODE, TOKEN],
    [Code.VerifyYourAccount]: [CODE, TOKEN],
    [Code.TheUserAccountMustFirstBeVerified]: [CODE, TOKEN],
    [Code.ServerNotAvailableInYourLocation]: [CODE, 'this server is not available where I run'],
  },
  denied: {
    [Code.MissingPermissions]: [CODE, PERMISSION],
    [Code.TwoFactorAuthenticationIsRequired]: [
      CODE,
      'this server asks for two-factor authentication of whoever runs me',
    ],
    [Code.NotAuthorizedToPerformThisActionOnThisApplication]: [CODE, PERMISSION],
    [Code.MissingRequiredOAuth2Scope]: [CODE, PERMISSION],
    [Code.InvalidAPIVersion]: [CODE, NEWER],
    [Code.BotsCannotUseThisEndpoint]: [CODE, NEWER],
    [Code.InvalidRequestOrigin]: [CODE, NEWER],
    [Code.AccessToFileUploadsHasBeenLimitedForThisGuild]: [CODE, 'uploads are limited in this server'],
    [Code.InvalidFileUploaded]: [CODE, FILE],
    [Code.ProvidedFileIsInvalid]: [CODE, FILE],
    [Code.ProvidedFileTypeIsInvalid]: [CODE, FILE],
    [Code.UploadedFileNotFound]: [CODE, FILE],
    [Code.FailedToResizeAssetBelowTheMaximumSize]: [CODE, FILE],
    [Code.MaximumActiveThreads]: [
      THREAD,
      'this server has as many active threads as there can be; close some, then ask me again',
    ],
    [Code.MaximumActiveAnnouncementThreads]: [
      THREAD,
      'this channel has as many active threads as there can be; close some, then ask me again',
    ],
    [Code.MaximumThreadParticipantsReached]: [CODE, 'the thread has as many members as there can be'],
    [Code.MaximumNumberOfGuildChannelsReached]: [CODE, 'this server has as many channels as there can be'],
    [Code.TagRequiredToCreateAForumPostInThisChannel]: [CHANNEL, 'a post needs a tag in this forum'],
  },
  again: {
    [Code.UnknownInteraction]: [INTERACTION, LATE],
    [Code.UnknownWebhook]: [INTERACTION, LATE],
    [Code.InvalidWebhookToken]: [INTERACTION, LATE],
    [Code.UnknownApplicationCommand]: [CODE, LATE],
    [Code.InteractionHasAlreadyBeenAcknowledged]: [CODE, 'that was answered before; please do it again'],
    [Code.ThisInteractionHasHitTheMaximumNumberOfFollowUpMessages]: [
      CODE,
      'too much was said about that; please do it again',
    ],
  },
  done: { [Code.ThreadAlreadyCreatedForMessage]: [CODE, 'it has a thread'] },
  final: {
    [Code.UnknownEmoji]: [CODE, 'there is no such emoji'],
    [Code.UnknownUser]: [CODE, 'there is no such person'],
    [Code.UnknownMember]: [CODE, 'there is no such member'],
    [Code.MaximumNumberOfReactionsReached]: [CODE, ALL_REACTIONS],
    [Code.ReactionWasBlocked]: [CODE, NO_REACTIONS],
    [Code.UserCannotUseBurstReactions]: [CODE, NO_REACTIONS],
    [Code.InvalidRecipients]: [CODE, 'they take no direct messages'],
    [Code.InvalidThreadNotificationSettings]: [CODE, FORM],
    [Code.MaximumNumberOfPinsReachedForTheChannel]: [CODE, FORM],
  },
};

/** By the code as text. */
export const ERROR_CODES: ReadonlyMap<string, Row> = tableOf(BY_MEANING, ([sources, why]) => ({
  sources,
  why,
}));
