/** A call to a channel or a group: https://docs.slack.dev/messaging/formatting-message-text. */
const CALL = /<!(?:channel|here|everyone|subteam\^)[^>]*>/g;

/** In standard markdown code calls nobody, and is shown to the letter. */
const CODE = /(`+)(?!`)(?:(?!\1)[\s\S])*\1(?!`)/g;
const MARKDOWN: readonly unknown[] = ['markdown', 'markdown_text'];

/** Parts of a call that are given back to the app, and shown to nobody. */
const UNSHOWN = new Set(['metadata', 'private_metadata', 'value', 'trigger_id']);

/**
 * What in the arguments of a call would notify many people at once: broadcasts in texts that Slack parses,
 * and options that make it look for more.
 */
export function broadcastsIn(method: string, args: unknown): string[] {
  const { link_names, parse } = Object(args) as Record<string, unknown>;
  const options = [link_names, parse === 'full'].some((given) => given === true || given === 'true');
  const found = textsIn(args).flatMap((text) => text.match(CALL) ?? []);
  return [...found, ...(options ? ['names are linked'] : [])].map((what) => `${method}: ${what}`);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const type = 'type' in value ? value.type : undefined;
  if (type === 'plain_text') return []; // shown to the letter
  return Object.entries(value).flatMap(([key, item]) => {
    if (UNSHOWN.has(key)) return [];
    const isMarkdown = key === 'text' && MARKDOWN.includes(type);
    return textsIn(item).map((text) => (isMarkdown ? text.replace(CODE, '') : text));
  });
}
