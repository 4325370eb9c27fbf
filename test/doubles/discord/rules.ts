import { ButtonStyle, ComponentType, MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import { problemsOf } from './problems.ts';

/*
 * What Discord accepts in a message and a dialog: https://docs.discord.com/developers/components/reference
 * and .../resources/message. Strict, so that a field that Discord does not know is found out.
 */

const id = { id: z.number().int().min(0).max(2_147_483_647).optional() };
const customId = z.string().min(1).max(100);

const Button = z.strictObject({
  type: z.literal(ComponentType.Button),
  ...id,
  style: z.enum(ButtonStyle),
  label: z.string().min(1).max(80).optional(),
  emoji: z.strictObject({ name: z.string() }).optional(),
  custom_id: customId,
  disabled: z.boolean().optional(),
});

const Option = z.strictObject({
  label: z.string().min(1).max(100),
  value: z.string().min(1).max(100),
  description: z.string().max(100).optional(),
  default: z.boolean().optional(),
});

const selectParts = {
  ...id,
  custom_id: customId,
  placeholder: z.string().max(150).optional(),
  min_values: z.number().int().min(0).max(25).optional(),
  max_values: z.number().int().min(1).max(25).optional(),
  required: z.boolean().optional(),
};
const StringSelect = z
  .strictObject({
    type: z.literal(ComponentType.StringSelect),
    ...selectParts,
    options: z.array(Option).min(1).max(25),
  })
  .refine(
    ({ options }) => new Set(options.map(({ value }) => value)).size === options.length,
    'values repeat',
  )
  .refine(
    ({ options, max_values = 1 }) => options.filter((option) => option.default).length <= max_values,
    'too many defaults',
  );
const UserSelect = z.strictObject({
  type: z.literal(ComponentType.UserSelect),
  ...selectParts,
  default_values: z.array(z.strictObject({ id: z.string(), type: z.literal('user') })).optional(),
});

const ActionRow = z.strictObject({
  type: z.literal(ComponentType.ActionRow),
  ...id,
  components: z.union([z.array(Button).min(1).max(5), z.tuple([StringSelect]), z.tuple([UserSelect])]),
});
const TextDisplay = z.strictObject({
  type: z.literal(ComponentType.TextDisplay),
  ...id,
  content: z.string().min(1).max(4_000),
});
const Separator = z.strictObject({ type: z.literal(ComponentType.Separator), ...id });
const Section = z.strictObject({
  type: z.literal(ComponentType.Section),
  ...id,
  components: z.array(TextDisplay).min(1).max(3),
  accessory: Button,
});
const media = z.strictObject({ url: z.string().regex(/^(attachment:\/\/[\w.-]+|https?:.+)$/) });
const MediaGallery = z.strictObject({
  type: z.literal(ComponentType.MediaGallery),
  ...id,
  items: z
    .array(z.strictObject({ media, description: z.string().max(1_024).optional() }))
    .min(1)
    .max(10),
});
const FileDisplay = z.strictObject({ type: z.literal(ComponentType.File), ...id, file: media });
const Container = z.strictObject({
  type: z.literal(ComponentType.Container),
  ...id,
  accent_color: z.number().int().min(0).max(0xffffff).optional(),
  components: z
    .array(z.union([ActionRow, TextDisplay, Section, MediaGallery, FileDisplay, Separator]))
    .min(1),
});
export const Component = z.union([
  Container,
  ActionRow,
  TextDisplay,
  Section,
  MediaGallery,
  FileDisplay,
  Separator,
]);
export type Component = z.infer<typeof Component>;

const Mentions = z.strictObject({
  parse: z.array(z.enum(['users', 'roles', 'everyone'])).optional(),
  users: z.array(z.string()).max(100).optional(),
  replied_user: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
});

const MessageBody = z.strictObject({
  content: z.string().max(2_000).nullish(),
  flags: z.number().int().nullish(),
  components: z.array(Component).optional(),
  allowed_mentions: Mentions.optional(),
  nonce: z.string().max(25).optional(),
  enforce_nonce: z.boolean().optional(),
  message_reference: z.looseObject({ message_id: z.string() }).optional(),
  attachments: z
    .array(
      z.strictObject({
        id: z.string(),
        filename: z.string().optional(),
        description: z.string().max(1_024).optional(),
      }),
    )
    .optional(),
  tts: z.boolean().optional(),
  embeds: z.array(z.never()).optional(),
  sticker_ids: z.array(z.never()).optional(),
  poll: z.undefined().optional(),
});

/** The details with which Discord would turn a message down; undefined where it takes it. */
export function problemOf(body: unknown, files: readonly string[]): object | undefined {
  const parsed = MessageBody.safeParse(body);
  if (!parsed.success) return problemsOf(parsed.error.issues as Parameters<typeof problemsOf>[0]);
  const { content, flags, components = [] } = parsed.data;
  const isV2 = ((flags ?? 0) & MessageFlags.IsComponentsV2) !== 0;
  if (isV2 && content) return { content: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2' };
  if (!isV2 && components.some(({ type }) => type !== ComponentType.ActionRow)) {
    return { components: 'UNION_TYPE_CHOICES' };
  }
  if (!content && components.length === 0 && files.length === 0) return { content: 'BASE_TYPE_REQUIRED' };
  const all = nested(components);
  if (all.length > 40) return { components: 'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED' };
  const text = all.reduce((sum, part) => sum + ('content' in part ? part.content.length : 0), 0);
  if (text > 4_000) return { components: 'COMPONENT_MAX_TOTAL_TEXT_BASE_TYPE_MAX_LENGTH' };
  const missing = attachmentsOf(all).filter((name) => !files.includes(name));
  if (missing.length > 0)
    return { components: `UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND ${missing}` };
  const ids = all.flatMap((part) => ('custom_id' in part ? [part.custom_id] : []));
  if (new Set(ids).size < ids.length) return { components: 'COMPONENT_CUSTOM_ID_DUPLICATED' };
  const numbers = all.flatMap(({ id: number }) => (number ? [number] : []));
  if (new Set(numbers).size < numbers.length) return { components: 'COMPONENT_ID_DUPLICATED' };
  return undefined;
}

type Part = { id?: number | undefined; content?: string; custom_id?: string; accessory?: Part };

function nested(
  components: readonly unknown[],
): (Part & ({ content: string } | { custom_id: string } | object))[] {
  return components.flatMap((component) => {
    const part = component as Part & { components?: unknown[] };
    return [part, ...(part.accessory ? [part.accessory] : []), ...nested(part.components ?? [])];
  });
}

/** The files that components show, by name. */
function attachmentsOf(parts: readonly object[]): string[] {
  const names = [...JSON.stringify(parts).matchAll(/"attachment:\/\/([^"]+)"/g)];
  return names.map(([, name]) => name ?? '');
}

const TextInput = z.strictObject({
  type: z.literal(ComponentType.TextInput),
  custom_id: customId,
  style: z.union([z.literal(1), z.literal(2)]),
  required: z.boolean().optional(),
  min_length: z.number().int().optional(),
  max_length: z.number().int().min(1).max(4_000).optional(),
  value: z.string().max(4_000).optional(),
  placeholder: z.string().max(100).optional(),
});

const FileUpload = z.strictObject({
  type: z.literal(ComponentType.FileUpload),
  custom_id: customId,
  min_values: z.number().int().min(0).max(10).optional(),
  max_values: z.number().int().min(1).max(10).optional(),
  required: z.boolean().optional(),
});

export const Modal = z.strictObject({
  custom_id: customId,
  title: z.string().min(1).max(45),
  components: z
    .array(
      z.strictObject({
        type: z.literal(ComponentType.Label),
        ...id,
        label: z.string().min(1).max(45),
        description: z.string().max(100).optional(),
        component: z.union([TextInput, StringSelect, UserSelect, FileUpload]),
      }),
    )
    .min(1)
    .max(5),
});
export type Modal = z.infer<typeof Modal>;
