import { ComponentType } from 'discord-api-types/v10';

type Part = Record<string, unknown>;

/** What of a message is needed to tell of its components. */
type Shown = { components: readonly object[]; attachments: readonly { id: string; filename: string }[] };

const SELECT = ['custom_id', 'placeholder', 'min_values', 'max_values', 'disabled'];

/** What Discord tells of a component besides its type and number, by its type: nothing else is told. */
const FIELDS: Readonly<Record<number, readonly string[]>> = {
  [ComponentType.ActionRow]: ['components'],
  [ComponentType.Button]: ['custom_id', 'style', 'label', 'disabled', 'emoji', 'url', 'sku_id'],
  [ComponentType.StringSelect]: [...SELECT, 'options'],
  [ComponentType.UserSelect]: [...SELECT, 'default_values'],
  [ComponentType.Section]: ['components', 'accessory'],
  [ComponentType.TextDisplay]: ['content'],
  [ComponentType.Thumbnail]: ['media', 'description', 'spoiler'],
  [ComponentType.MediaGallery]: ['items'],
  [ComponentType.File]: ['file', 'name', 'size', 'spoiler'],
  [ComponentType.Separator]: ['spacing', 'divider'],
  [ComponentType.Container]: ['accent_color', 'components', 'spoiler'],
};

/** The named fields of what was sent, as far as they are there. */
const only = (given: object, names: readonly string[]): Part =>
  Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));

/** What Discord fills in of a component that leaves it out, by its type. */
const DEFAULTS: Readonly<Record<number, Part>> = {
  [ComponentType.StringSelect]: { min_values: 1, max_values: 1 },
  [ComponentType.UserSelect]: { min_values: 1, max_values: 1 },
  [ComponentType.Separator]: { spacing: 1, divider: true },
  [ComponentType.Thumbnail]: { description: null, spoiler: false },
  [ComponentType.Container]: { accent_color: null, spoiler: false },
  [ComponentType.File]: { name: null, size: null, spoiler: false },
};

/**
 * Components as Discord tells of them: numbered from the first on, complete, and with addresses for what they
 * show (https://docs.discord.com/developers/components/reference#anatomy-of-a-component).
 */
export function toldComponents({ components, attachments }: Shown, baseUrl: string): Part[] {
  const taken = new Set(
    JSON.stringify(components)
      .match(/(?<="id":)\d+/g)
      ?.map(Number),
  );
  let last = 0;
  const next = () => {
    do last++;
    while (taken.has(last));
    return last;
  };
  const media = (given: unknown) => {
    const { url } = Object(given) as { url?: string };
    const file = attachments.find(({ filename }) => url === `attachment://${filename}`);
    const address = file ? `${baseUrl}/attachments/${file.id}` : String(url);
    return { id: file?.id ?? '1', url: address, proxy_url: address };
  };
  const told = (given: object): Part => {
    const { type, id, components: inner, accessory, items, file, media: shown } = given as Part;
    const fields = FIELDS[Number(type)];
    if (fields === undefined) throw new Error(`a component of type ${String(type)} is none of a message`);
    return {
      ...DEFAULTS[Number(type)],
      ...only(given, fields),
      type,
      id: id ? id : next(),
      ...(Array.isArray(inner) ? { components: inner.map(told) } : {}),
      ...(accessory ? { accessory: told(Object(accessory)) } : {}),
      ...(file ? { file: media(file) } : {}),
      ...(shown ? { media: media(shown) } : {}),
      ...(Array.isArray(items)
        ? {
            items: items.map((item: Part) => ({
              description: null,
              spoiler: false,
              ...only(item, ['description', 'spoiler']),
              media: media(item.media),
            })),
          }
        : {}),
    };
  };
  return components.map(told);
}

/** Embeds as Discord tells of them: each field says whether it stands beside the next one. */
export const toldEmbeds = (embeds: readonly object[] | undefined): object[] =>
  (embeds ?? []).map((embed) => {
    const told = only(embed, EMBED);
    const fields = (told.fields ?? undefined) as object[] | undefined;
    if (fields === undefined) return told;
    const named = fields.map((field) => ({ inline: false, ...only(field, ['name', 'value', 'inline']) }));
    return { ...told, fields: named };
  });

const EMBED = [
  ...['type', 'url', 'title', 'color', 'timestamp', 'fields', 'author', 'provider', 'image', 'thumbnail'],
  ...['video', 'footer', 'description', 'components', 'flags'],
];
