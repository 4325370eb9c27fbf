type Element = Record<string, unknown>;

/**
 * What Slack keeps of typed text besides the text itself:
 * https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
 */
export function richText(text: string): unknown[] {
  const elements = text
    .split(/(<[^<>]+>)/)
    .flatMap((part): Element[] => (part === '' ? [] : [elementOf(part)]));
  return [{ type: 'rich_text', block_id: 'b', elements: [{ type: 'rich_text_section', elements }] }];
}

function elementOf(part: string): Element {
  const [, sign = '', rest = ''] = /^<([@#!]?)(.+)>$/.exec(part) ?? [];
  const [id = '', label] = rest.split('|');
  if (rest === '') return { type: 'text', text: unescaped(part) };
  if (sign === '@') return { type: 'user', user_id: id };
  if (sign === '#') return { type: 'channel', channel_id: id };
  if (sign === '!') return { type: 'broadcast', range: id };
  return { type: 'link', url: unescaped(id), ...(label ? { text: unescaped(label) } : {}) };
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
