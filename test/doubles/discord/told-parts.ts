import { ComponentType } from 'discord-api-types/v10';

type Part = Record<string, unknown>;

/** What of a message is needed to tell of its components. */
type Shown = { components: readonly object[]; attachments: readonly { id: string; filename: string }[] };

/** What Discord fills in of a component that leaves it out, by its type. */
const DEFAULTS: Readonly<Record<number, Part>> = {
  [ComponentType.StringSelect]: { min_values: 1, max_values: 1 },
  [ComponentType.UserSelect]: { min_values: 1, max_values: 1 },
  [ComponentType.Separator]: { spacing: 1, divider: true },
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
    const part: Part = { ...given };
    const { components: inner, accessory, items, file } = part;
    return {
      ...DEFAULTS[Number(part.type)],
      ...part,
      id: part.id ? part.id : next(),
      ...(Array.isArray(inner) ? { components: inner.map(told) } : {}),
      ...(accessory ? { accessory: told(Object(accessory)) } : {}),
      ...(file ? { file: media(file) } : {}),
      ...(Array.isArray(items)
        ? {
            items: items.map((item: Part) => ({
              description: null,
              spoiler: false,
              ...item,
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
    const { fields } = embed as { fields?: object[] };
    return fields ? { ...embed, fields: fields.map((field) => ({ inline: false, ...field })) } : embed;
  });
