/** https://docs.discord.com/developers/resources/message#allowed-mentions-object */
type Mentions = { parse?: readonly string[]; roles?: readonly string[] };

/**
 * What of a request would notify many people at once: a message with a text that does not say that nobody but
 * the people it lists is called. Whether its text calls anybody now is not looked at.
 */
export function broadcastsIn(
  method: string,
  path: string,
  body: Readonly<Record<string, unknown>>,
): string[] {
  if (!/\/(?:messages(?:\/[^/]+)?|callback)$|^\/webhooks\//.test(path)) return [];
  const message = path.endsWith('/callback') ? Object(body.data) : body;
  const { content, components, allowed_mentions } = message as Record<string, unknown>;
  const isDialog = 'custom_id' in message;
  const hasText = (typeof content === 'string' && content !== '') || Array.isArray(components);
  if (isDialog || !hasText) return [];
  const { parse = ['everyone'], roles = [] } = Object(allowed_mentions) as Mentions;
  const isOpen = parse.some((kind) => kind !== 'users') || roles.length > 0;
  return isOpen ? [`${method} ${path} may call everybody`] : [];
}
