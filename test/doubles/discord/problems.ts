export type Refusal = { status: number; body: object };

/**
 * An invalid body, as Discord tells of it: what is wrong stands below the field that it is about
 * (https://docs.discord.com/developers/reference#error-messages).
 */
export const invalid = (problems: object): Refusal => ({
  status: 400,
  body: { message: 'Invalid Form Body', code: 50_035, errors: nested(problems) },
});

export const UNKNOWN_CHANNEL: Refusal = { status: 404, body: { message: 'Unknown Channel', code: 10_003 } };
export const NON_TEXT: Refusal = {
  status: 400,
  body: { message: 'Cannot send messages in a non-text channel', code: 50_008 },
};
export const UNKNOWN_WEBHOOK: Refusal = { status: 404, body: { message: 'Unknown Webhook', code: 10_015 } };
export const UNKNOWN_MESSAGE: Refusal = { status: 404, body: { message: 'Unknown Message', code: 10_008 } };

function nested(problem: unknown): object {
  if (typeof problem === 'string') return { _errors: [{ code: problem, message: problem }] };
  return Object.fromEntries(Object.entries(Object(problem)).map(([key, value]) => [key, nested(value)]));
}

/** Which fields of a body are not right, from what zod says of them. */
export function problemsOf(issues: readonly Issue[]): object {
  const root: Record<string, unknown> = {};
  for (const { code, path, origin } of issues.flatMap((issue) => leaves(issue))) {
    let at = root;
    for (const key of path.slice(0, -1)) {
      const inner = at[String(key)];
      const next: Record<string, unknown> = typeof inner === 'object' && inner !== null ? { ...inner } : {};
      at[String(key)] = next;
      at = next;
    }
    const isLong = code === 'too_big' && origin === 'string';
    at[String(path.at(-1) ?? 'body')] = isLong
      ? 'BASE_TYPE_MAX_LENGTH'
      : (CODES[code] ?? 'UNION_TYPE_CHOICES');
  }
  return root;
}

type Issue = { code: string; path: PropertyKey[]; origin?: unknown; errors?: Issue[][] };

/** Of a choice of components, what is wrong with the one that is meant: the one whose type is right. */
function leaves(issue: Issue, above: PropertyKey[] = []): Issue[] {
  const path = [...above, ...issue.path];
  const meant = issue.errors?.find((branch) => branch.every((inner) => inner.path.at(-1) !== 'type'));
  return meant ? meant.flatMap((inner) => leaves(inner, path)) : [{ ...issue, path }];
}

const CODES: Readonly<Record<string, string>> = {
  too_big: 'BASE_TYPE_BAD_LENGTH',
  too_small: 'BASE_TYPE_BAD_LENGTH',
  unrecognized_keys: 'UNKNOWN_FIELD',
  invalid_type: 'BASE_TYPE_REQUIRED',
};
