/** Takes secrets out of text. Applied to everything that is logged, kept, shown or sent to a model. */
export type Redactor = (text: string) => string;

/**
 * Shapes of well-known credentials, each kept to its prefix and replaced as a whole. The prefixes are the
 * providers' own: Hugging Face `hf_`, OpenAI and Anthropic `sk-`, GitHub `gh?_` and `github_pat_`, AWS key ids,
 * Slack `xox?-` and `xapp-`, Discord's three-part bot tokens.
 */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\bhf_[A-Za-z0-9]{8,}\b/g, 'hf_[redacted]'],
  [/\bsk-ant-[A-Za-z0-9_-]{8,}/g, 'sk-ant-[redacted]'],
  [/\bsk-[A-Za-z0-9_-]{16,}/g, 'sk-[redacted]'],
  [/\bgh[pousr]_[A-Za-z0-9]{16,}\b/g, 'gh_[redacted]'],
  [/\bgithub_pat_[A-Za-z0-9_]{16,}\b/g, 'github_pat_[redacted]'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '[redacted AWS key id]'],
  [/\bxox[abeprs]-[A-Za-z0-9-]{8,}/g, 'xox-[redacted]'],
  [/\bxapp-[A-Za-z0-9-]{8,}/g, 'xapp-[redacted]'],
  [/\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}/g, '[redacted Discord token]'],
  [/\b(Bearer\s+)[A-Za-z0-9._~+/=-]{12,}/gi, '$1[redacted]'],
  // NAME_TOKEN="…" and {"NAME_TOKEN": "…"}: quoted literals, but not references such as "$HF_TOKEN".
  [
    /\b([A-Za-z0-9_]*(?:TOKEN|API_KEY|SECRET|PASSWORD)["']?\s*[=:]\s*(["']))(?![$[])[^"'\n]{6,}\2/g,
    '$1[redacted]$2',
  ],
  // NAME_TOKEN=… as in a shell or a .env: a digit in it, and no code after it.
  [
    /\b([A-Za-z0-9_]*(?:TOKEN|API_KEY|SECRET|PASSWORD)=)(?=[A-Za-z+/_-]*\d)[A-Za-z0-9+/_-]{8,}(?![\w.([])/g,
    '$1[redacted]',
  ],
];

/**
 * A redactor that knows the shapes above and the exact values given (the process's own secrets).
 * Values shorter than 8 characters are left out: replacing them would mangle ordinary text.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const exact = [...new Set(secrets.filter((value) => value.length >= 8))].sort(
    (a, b) => b.length - a.length,
  );
  return (text) => {
    let clean = text;
    for (const value of exact) clean = clean.replaceAll(value, '[redacted]');
    for (const [shape, replacement] of SHAPES) clean = clean.replace(shape, replacement);
    return clean;
  };
}
