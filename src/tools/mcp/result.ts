import { z } from 'zod';
import type { ToolResult } from '../tool.ts';

/**
 * What a call came to, as far as it can be read: a call that was made is not called failed because its server
 * writes what came of it in another way. `toolResult` is what the first version of the protocol had.
 */
export const CallResult = z.looseObject({
  content: z.unknown().optional(),
  structuredContent: z.unknown().optional(),
  toolResult: z.unknown().optional(),
  isError: z.boolean().nullish().catch(undefined),
});

export type Part = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function resultOf({
  content,
  structuredContent,
  toolResult,
  isError,
}: z.infer<typeof CallResult>): ToolResult {
  const list = Array.isArray(content) ? content : content === undefined || content === null ? [] : [content];
  const parts = list.map(partOf);
  const texts = parts.map(partText).filter((text) => text !== '');
  const structured = structuredContent ?? toolResult;
  const output = texts.join('\n\n') || textOf(structured) || '(nothing was returned)';
  if (isError === true) return { kind: 'failed', output };
  const picture = parts.find(({ type, data }) => type === 'image' && typeof data === 'string');
  if (picture === undefined) return { kind: 'done', output };
  const kind = typeof picture.mimeType === 'string' ? picture.mimeType.split('/').at(-1) : undefined;
  const name = `picture.${kind?.replace(/[^\w+.-]/g, '') || 'png'}`;
  return { kind: 'done', output, image: { name, bytes: Buffer.from(String(picture.data), 'base64') } };
}

/** A part as it should be, or the text that it is. */
export const partOf = (part: unknown): Part => (isFields(part) ? part : { type: 'text', text: textOf(part) });

/** A value in words. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A part of a result in words; a picture is shown besides. */
export function partText(part: Part): string {
  const type = textOf(part.mimeType) || 'of an unknown kind';
  switch (part.type) {
    case 'text':
      return textOf(part.text);
    case 'image':
      return `[A picture (${type}). It follows, if you are a model that sees.]`;
    case 'audio':
      return `[A sound (${type}), which can't be listened to.]`;
    case 'resource_link':
      return `[${textOf(part.name)}](${textOf(part.uri)})${part.description ? `: ${textOf(part.description)}` : ''}`;
    case 'resource': {
      const resource = isFields(part.resource) ? part.resource : {};
      return 'text' in resource
        ? `${textOf(resource.uri)}:\n${textOf(resource.text)}`
        : `[${textOf(resource.uri)}: ${textOf(resource.mimeType) || 'binary'} data]`;
    }
    default:
      return textOf(part.text) || textOf(part);
  }
}
