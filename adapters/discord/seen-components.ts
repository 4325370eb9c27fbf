import { ComponentType, type Message } from 'discord.js';
import { z } from 'zod';
import { filesIn, joinedLines, unseen } from '../shared/reading.ts';

/*
 * What people see of the components of messages, of whatever bot:
 * https://docs.discord.com/developers/components/reference.
 */

/** Text of Discord's as people see it in the place where it stands. */
export type ReadIn = (text: string) => string;

const maybeText = z.string().nullish().catch(undefined);

const Emoji = z.object({ name: maybeText }).nullish().catch(undefined);

/** A choice of a menu, or a box of a group. */
const Option = z.object({
  label: maybeText,
  description: maybeText,
  emoji: Emoji,
  default: z.boolean().nullish().catch(undefined),
});
type Option = z.infer<typeof Option>;

/** A component of any kind, as far as it is read. */
const Component = z.object({
  type: z.number(),
  content: maybeText,
  label: maybeText,
  description: maybeText,
  placeholder: maybeText,
  name: maybeText,
  value: maybeText,
  url: maybeText,
  style: z.number().nullish().catch(undefined),
  /** Whether a box is ticked. */
  default: z.boolean().nullish().catch(undefined),
  emoji: Emoji,
  options: z.array(Option.catch({})).nullish().catch(undefined),
  default_values: z
    .array(z.object({ id: z.string(), type: z.string() }))
    .nullish()
    .catch(undefined),
  media: z.object({ content_type: maybeText }).nullish().catch(undefined),
  items: z.array(z.unknown()).nullish().catch(undefined),
  components: z.array(z.unknown()).nullish().catch(undefined),
  component: z.unknown().optional(),
  accessory: z.unknown().optional(),
});
type Component = z.infer<typeof Component>;

export const textOfComponents = (components: Message['components'], readIn: ReadIn): string =>
  joinedLines(components.map((component) => textOfComponent(component.toJSON(), readIn)));

/** What a component says, with what stands in it. What can't be read is said by name. */
export function textOfComponent(given: unknown, readIn: ReadIn): string {
  const component = Component.safeParse(given).data;
  if (component === undefined) return '';
  const { type, content, label, description, name, items, components, accessory } = component;
  switch (type) {
    case ComponentType.TextDisplay:
      return readIn(content ?? '');
    case ComponentType.Button:
      return buttonIn(component);
    case ComponentType.Thumbnail:
      return mediaIn(component, readIn);
    case ComponentType.MediaGallery:
      return joinedLines((items ?? []).map((item) => mediaIn(Media.parse(item), readIn)));
    case ComponentType.File:
      return joinedLines(filesIn([{ name: name ?? undefined }]));
    case ComponentType.TextInput:
      return joinedLines([label ?? '', component.value || component.placeholder || ''].map(readIn));
    case RADIO_GROUP:
    case CHECKBOX_GROUP:
      return joinedLines((component.options ?? []).map(boxIn));
    case CHECKBOX:
      return component.default ? '[☑]' : '[☐]';
    case ComponentType.Separator:
      return '';
    default: {
      const inner = [...(components ?? []), component.component, accessory];
      const own =
        type in MENUS ? menuIn(component, readIn) : joinedLines([label ?? '', description ?? ''].map(readIn));
      const all = joinedLines([own, ...inner.map((one) => textOfComponent(one, readIn))]);
      const isKnown = type in ComponentType || inner.some((one) => one !== undefined && one !== null);
      return all || (isKnown ? '' : '[a part of the message, which I can’t read]');
    }
  }
}

/** Menus, and what is chosen in them. */
const MENUS: Readonly<Partial<Record<number, string>>> = {
  [ComponentType.StringSelect]: 'a menu',
  [ComponentType.UserSelect]: 'a menu of people',
  [ComponentType.RoleSelect]: 'a menu of roles',
  [ComponentType.MentionableSelect]: 'a menu of people and roles',
  [ComponentType.ChannelSelect]: 'a menu of channels',
};

function menuIn({ type, placeholder, options, default_values }: Component, readIn: ReadIn): string {
  const all = options ?? [];
  const labels = all.map(choiceIn).filter(Boolean);
  const choices = labels.length > 0 ? `: ${labels.join(', ')}` : '';
  const ids = (default_values ?? []).map(({ id, type: of }) => readIn(`<${SIGNS[of] ?? '#'}${id}>`));
  const chosen = [...all.filter((option) => option.default).map(({ label }) => label ?? ''), ...ids];
  return `[${placeholder || MENUS[type]}${choices}${chosen.length > 0 ? `; chosen: ${chosen.join(', ')}` : ''}]`;
}

const SIGNS: Readonly<Partial<Record<string, string>>> = { user: '@', role: '@&', channel: '#' };

const choiceIn = ({ emoji, label, description }: Option): string => {
  const name = [emoji?.name, label].filter(Boolean).join(' ');
  return description ? `${name} – ${description}` : name;
};

const boxIn = (option: Option): string => `[${option.default ? '☑' : '☐'} ${choiceIn(option)}]`;

/** A button, with where it leads. */
function buttonIn({ emoji, label, url, style }: Component): string {
  const name =
    [emoji?.name, label].filter(Boolean).join(' ') || (style === PREMIUM ? 'a button to buy something' : '');
  const said = [name, url && (name ? `(${url})` : url)].filter(Boolean).join(' ');
  return said ? `[${said}]` : '';
}

/** Kinds that discord.js may not know yet: https://docs.discord.com/developers/components/reference. */
const RADIO_GROUP = 21;
const CHECKBOX_GROUP = 22;
const CHECKBOX = 23;

/** A style of buttons, which have no label of their own. */
const PREMIUM = 6;

const Media = Component.pick({ description: true, media: true }).catch({
  description: undefined,
  media: undefined,
});

function mediaIn({ description, media }: z.infer<typeof Media>, readIn: ReadIn): string {
  const what = media?.content_type?.startsWith('video/') ? 'a video' : 'a picture';
  return unseen(what, description ? readIn(description) : '');
}
