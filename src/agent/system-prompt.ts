import { speakerName } from '../lib/speech.ts';
import type { Session } from '../session/snapshot.ts';

export type PromptParts = {
  /** With {{date}}, {{time_zone}}, {{platform}}, {{requester}}, {{tools}} and {{channel}} to be filled in. */
  template: string;
  timeZone: string;
  /** What platforms are called, by the names that addresses have. */
  platforms: Readonly<Record<string, string>>;
  /** Instructions by channel. */
  channels: Readonly<Record<string, string>>;
  /** Names of the tools, with the first sentence of what each is for. */
  tools: readonly { name: string; description: string }[];
};

/**
 * The system prompt of a session. It is built only from what does not change while the session works, so that
 * it is byte for byte the same at every step: providers cache by that.
 */
export function systemPromptOf(
  session: Session,
  { template, timeZone, platforms, channels, tools }: PromptParts,
): string {
  const { platform, channel: channelId } = session.address;
  const channel = session.rules.instructions ?? channels[channelId];
  const values: Readonly<Record<string, string>> = {
    date: new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone }).format(session.createdAt),
    time_zone: timeZone,
    platform: platforms[platform] ?? platform,
    requester: speakerName(session.requester.name),
    tools: tools.map(({ name, description }) => `- \`${name}\`: ${firstSentence(description)}`).join('\n'),
    channel: channel ? `\n# In this channel\n\n${channel}\n` : '',
  };
  return template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole).trimEnd();
}

const firstSentence = (text: string): string => /^.*?[.:](?=\s|$)/s.exec(text)?.[0] ?? text;
