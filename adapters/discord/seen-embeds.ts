import type { Embed, Message } from 'discord.js';
import { z } from 'zod';
import { joinedLines, minuteOf, unseen } from '../shared/reading.ts';
import { type ReadIn, textOfComponent } from './seen-components.ts';

/* Embeds and polls as people see them: https://docs.discord.com/developers/resources/message. */

/** Previews of what links lead to; other embeds are written by who has sent them. */
const PREVIEWS: ReadonlySet<string> = new Set(['image', 'video', 'gifv', 'article', 'link', 'sound']);

export function textOfEmbed(embed: Embed, readIn: ReadIn): string {
  const { title, description, url, fields, author, footer, provider, timestamp, data } = embed;
  const type = data.type ?? 'rich';
  if (type === 'poll_result') return pollResultIn(fields);
  const isPreview = PREVIEWS.has(type);
  const leading = (name: string | undefined, to: string | null | undefined) =>
    name && to ? `${readIn(name)} (${to})` : readIn(name ?? '');
  const at = timestamp ? minuteOf(String(Date.parse(timestamp) / 1_000)) : '';
  const { components } = More.parse(data);
  const body = [
    readIn(provider?.name ?? ''),
    leading(author?.name, author?.url),
    leading(title ?? undefined, isPreview ? undefined : url),
    readIn(description ?? ''),
    ...(fields ?? []).map(({ name, value }) => readIn(`${name}: ${value}`)),
    ...components.map((component) => textOfComponent(component, readIn)),
    ...mediaOf(embed),
    [readIn(footer?.text ?? ''), at].filter(Boolean).join(' · '),
  ];
  const all = joinedLines(body) || '[something embedded, which I can’t read]';
  return isPreview ? `[What ${url ?? 'a link'} shows:]\n${all.replace(/^/gm, '> ')}` : all;
}

/** Parts of embeds that discord.js does not name. */
const More = z
  .object({ components: z.array(z.unknown()).nullish() })
  .transform(({ components }) => ({ components: components ?? [] }))
  .catch({ components: [] });

const Described = z.object({ description: z.string() });

/** Pictures and videos, with what they are said to show. */
function mediaOf({ data: { type, image, thumbnail, video } }: Embed): string[] {
  const saysOf = (media: unknown) => Described.safeParse(media).data?.description ?? '';
  const picture = image ?? (video ? undefined : thumbnail);
  return [
    picture || type === 'image' ? unseen('a picture', saysOf(picture)) : '',
    video ? unseen('a video', saysOf(video)) : '',
  ];
}

/** How a poll ended, of which Discord tells in fields of an embed. */
function pollResultIn(fields: Embed['fields']): string {
  const told = new Map((fields ?? []).map(({ name, value }) => [name, value]));
  const question = told.get('poll_question_text') ?? 'without a question';
  const answer = [told.get('victor_answer_emoji_name'), told.get('victor_answer_text')]
    .filter(Boolean)
    .join(' ');
  const votes = `${told.get('victor_answer_votes') ?? 0} of ${told.get('total_votes') ?? 0} votes`;
  return `[The poll has ended: ${question}]\n${answer ? `${answer} won with ${votes}` : `Nothing won (${votes})`}`;
}

export function pollIn({ poll }: Partial<Pick<Message, 'poll'>>): string {
  if (!poll) return '';
  const answers = [...poll.answers.values()].map(({ text, emoji, voteCount }) => {
    const name = [emoji?.name, text].filter(Boolean).join(' ');
    return `- ${name || 'an answer without words'} (${voteCount ?? 0} votes)`;
  });
  const several = poll.allowMultiselect ? ', of which one can choose several' : '';
  const ended = poll.resultsFinalized ? ', which has ended' : '';
  return [`[A poll${several}${ended}: ${poll.question.text ?? 'without a question'}]`, ...answers].join('\n');
}
