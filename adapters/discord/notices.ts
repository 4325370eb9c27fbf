import { type Message, MessageType } from 'discord.js';

/**
 * What Discord itself says with a message, in words for a model; what stands in its content comes behind.
 * https://docs.discord.com/developers/resources/message#message-object-message-types
 */
const NOTICES: Readonly<Partial<Record<number, string>>> = {
  [MessageType.RecipientAdd]: 'added somebody',
  [MessageType.RecipientRemove]: 'took somebody out',
  [MessageType.Call]: 'a call, which I can’t hear',
  [MessageType.ChannelNameChange]: 'changed the name to',
  [MessageType.ChannelIconChange]: 'changed the picture of this conversation',
  [MessageType.ChannelPinnedMessage]: 'pinned a message',
  [MessageType.UserJoin]: 'joined the server',
  [MessageType.GuildBoost]: 'boosted the server',
  [MessageType.GuildBoostTier1]: 'boosted the server to level 1',
  [MessageType.GuildBoostTier2]: 'boosted the server to level 2',
  [MessageType.GuildBoostTier3]: 'boosted the server to level 3',
  [MessageType.ChannelFollowAdd]: 'follows another channel here',
  [MessageType.GuildDiscoveryDisqualified]: 'the server is taken out of Server Discovery',
  [MessageType.GuildDiscoveryRequalified]: 'the server is in Server Discovery again',
  [MessageType.GuildDiscoveryGracePeriodInitialWarning]: 'a warning about Server Discovery',
  [MessageType.GuildDiscoveryGracePeriodFinalWarning]: 'the last warning about Server Discovery',
  [MessageType.ThreadCreated]: 'began a thread',
  [MessageType.ThreadStarterMessage]: 'the first message of this thread, which I can’t read',
  [MessageType.GuildInviteReminder]: 'a reminder to invite people',
  [MessageType.AutoModerationAction]: 'AutoMod has acted on a message',
  [MessageType.RoleSubscriptionPurchase]: 'subscribed to a role',
  [MessageType.InteractionPremiumUpsell]: 'an offer of an app, which I can’t read',
  [MessageType.StageStart]: 'a stage begins',
  [MessageType.StageEnd]: 'a stage has ended',
  [MessageType.StageSpeaker]: 'speaks on a stage',
  [MessageType.StageTopic]: 'changed the topic of the stage to',
  [MessageType.GuildApplicationPremiumSubscription]: 'subscribed to an app for the server',
  [MessageType.GuildIncidentAlertModeEnabled]: 'security actions are on',
  [MessageType.GuildIncidentAlertModeDisabled]: 'security actions are off',
  [MessageType.GuildIncidentReportRaid]: 'reported a raid',
  [MessageType.GuildIncidentReportFalseAlarm]: 'reported a false alarm',
  [MessageType.PurchaseNotification]: 'bought something',
  /** https://docs.discord.com/developers/resources/message names it with its number alone. */
  55: 'streams in high definition are here',
};

/** Kinds of messages that are somebody's words, or an app's. */
const WORDS: ReadonlySet<number> = new Set([
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
  MessageType.PollResult,
]);

type Told = Pick<Message, 'type' | 'mentions' | 'activity' | 'groupActivityApplication' | 'interaction'>;

/** What a message is besides its words, with these where they belong to that. */
export function withNotice(message: Told, words: string): string {
  const { type, activity, groupActivityApplication: app, interaction } = message;
  if (interaction && !isSystem(type)) {
    const { commandName, user } = interaction;
    return [`[the answer to /${commandName} of ${user.displayName}]`, words].filter(Boolean).join('\n');
  }
  if (activity !== null && !isSystem(type)) {
    return [words, `[an invitation to join in ${app?.name ?? 'an activity'}]`].filter(Boolean).join('\n');
  }
  if (!isSystem(type)) return words;
  const notice = NOTICES[type] ?? 'a notice of Discord’s, which I can’t read';
  return words === '' ? `[${notice}${peopleIn(message)}]` : `[${notice}: ${words}]`;
}

const isSystem = (type: number): boolean => !WORDS.has(type);

function peopleIn({ type, mentions }: Told): string {
  const isAboutPeople = type === MessageType.RecipientAdd || type === MessageType.RecipientRemove;
  const names = isAboutPeople ? [...mentions.users.values()].map(({ displayName }) => `@${displayName}`) : [];
  return names.length > 0 ? `: ${names.join(', ')}` : '';
}
