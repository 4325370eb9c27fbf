import type { Finding } from './finding.ts';
import { isStandIn, randomCharacters } from './looks.ts';

/** What follows a prefix: of which characters, and how many. */
type Shape = {
  what: string;
  prefixes: string;
  run: RegExp;
  least: number;
  most?: number;
  /**
   * For alphabets that names with dashes are written in, too: so many characters have to belong to no word.
   */
  random?: number;
};

const ALNUM = /[A-Za-z0-9]*/y;
const WORD = /[A-Za-z0-9_-]*/y;
const DOTTED = /[A-Za-z0-9_.-]*/y;

/**
 * Tokens by the prefix that their provider gives them, with their alphabets and lengths. Sources: each
 * provider's page on its tokens, and
 * https://docs.github.com/code-security/reference/secret-security/supported-secret-scanning-patterns.
 */
const SHAPES: readonly Shape[] = [
  { what: 'a Hugging Face token', prefixes: 'hf_ hf_oauth_ hf_jwt_ api_org_', run: ALNUM, least: 30 },
  { what: 'a Hugging Face token', prefixes: 'hf_oauth_eyJ hf_jwt_eyJ', run: DOTTED, least: 8 },
  { what: 'an API key', prefixes: 'sk- sk_live_ sk_test_ rk_live_', run: WORD, least: 16, random: 12 },
  { what: 'an API key', prefixes: 'gsk_ r8_ pplx- xai- whsec_', run: ALNUM, least: 32 },
  { what: 'an API key', prefixes: 'nvapi-', run: WORD, least: 40, random: 16 },
  { what: 'an API key', prefixes: 'tvly- lsv2_pt_ lsv2_sk_ wandb_v1_', run: WORD, least: 20, random: 16 },
  { what: 'a GitHub token', prefixes: 'ghp_ gho_ ghu_ ghs_ ghr_', run: ALNUM, least: 20 },
  { what: 'a GitHub token', prefixes: 'github_pat_', run: WORD, least: 22, random: 16 },
  {
    what: 'a GitLab token',
    prefixes: 'glpat- gldt- glrt- glptt- glcbt- gloas- glsoat- glft- glimt- glagent- glffct- glwt-',
    run: DOTTED,
    least: 20,
  },
  { what: 'an AWS key id', prefixes: 'AKIA ASIA', run: ALNUM, least: 16, most: 16 },
  { what: 'a Google key', prefixes: 'AIza', run: WORD, least: 30 },
  { what: 'a Google token', prefixes: 'ya29.', run: WORD, least: 30 },
  {
    what: 'a Slack token',
    prefixes: 'xoxa- xoxb- xoxc- xoxe- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp- xapp-',
    run: WORD,
    least: 10,
    random: 8,
  },
  { what: 'a Slack token', prefixes: 'xoxd-', run: /[A-Za-z0-9_%+/=-]*/y, least: 10, random: 8 },
  { what: 'an npm token', prefixes: 'npm_', run: ALNUM, least: 36 },
  { what: 'a PyPI token', prefixes: 'pypi-AgE', run: WORD, least: 40 },
  { what: 'a SendGrid key', prefixes: 'SG.', run: DOTTED, least: 40, random: 30 },
  { what: 'a Docker token', prefixes: 'dckr_pat_ dckr_oat_', run: WORD, least: 20, random: 12 },
  { what: 'a Vault token', prefixes: 'hvs. hvb.', run: WORD, least: 24, random: 16 },
  { what: 'an access token', prefixes: 'dop_v1_ doo_v1_ dor_v1_', run: /[a-f0-9]*/y, least: 64 },
  {
    what: 'an access token',
    prefixes: [
      'lin_api_ lin_oauth_ ntn_ rpa_ jina_ glsa_ pcsk_ shpat_ shpss_ figd_ nfp_ sbp_ sb_secret_ pscale_tkn_',
      'pscale_pw_ pscale_oauth_ napi_ tgp_v1_ sntryu_ rubygems_ tskey-auth- tskey-api- tskey-client-',
      'sq0csp- sq0atp- ATBB',
    ].join(' '),
    run: WORD,
    least: 30,
    random: 20,
  },
  { what: 'an access token', prefixes: 'GOCSPX-', run: WORD, least: 28, random: 20 },
  { what: 'an access token', prefixes: 'pat-na1- pat-eu1-', run: /[a-f0-9-]*/y, least: 36, most: 36 },
  {
    what: 'an access token',
    prefixes: 'dp.st. dp.pt. dp.ct. dp.sa. st.',
    run: DOTTED,
    least: 40,
    random: 30,
  },
  { what: 'an access token', prefixes: '1//0', run: WORD, least: 40, random: 30 },
  {
    what: 'an access token',
    prefixes: 'glc_eyJ sntrys_eyJ ops_eyJ fm2_ fm1r_ fm1a_ ATATT3 ATCTT3',
    run: /[A-Za-z0-9_+/=-]*/y,
    least: 60,
    random: 40,
  },
  { what: 'an access token', prefixes: 'EAA', run: ALNUM, least: 100, random: 80 },
  { what: 'an access token', prefixes: 'sl.', run: DOTTED, least: 100, random: 60 },
  { what: 'an access token', prefixes: 'secret_', run: /[A-Za-z0-9_.]*/y, least: 43, random: 40 },
  { what: 'an API key', prefixes: 'PMAK- HRKU-', run: WORD, least: 30 },
  { what: 'an API key', prefixes: 'NRAK-', run: /[A-Z0-9]*/y, least: 27, most: 27 },
  { what: 'an API key', prefixes: 'fw_ ak- as-', run: ALNUM, least: 22, most: 24, random: 22 },
  { what: 'an API key', prefixes: 'cio', run: ALNUM, least: 32, most: 32, random: 32 },
  { what: 'an API key', prefixes: 'sk_', run: /[a-f0-9]*/y, least: 48, most: 48 },
  { what: 'an API key', prefixes: 'SK key-', run: /[a-f0-9]*/y, least: 32, most: 32 },
  { what: 'a key of age', prefixes: 'AGE-SECRET-KEY-1', run: /[A-Z0-9]*/y, least: 50 },
  { what: 'a Databricks token', prefixes: 'dapi', run: /[a-f0-9]*/y, least: 32 },
  {
    // "-----BEGIN PRIVATE KEY", with RSA, EC or OPENSSH before it, in base64.
    what: 'a private key',
    prefixes: [
      'LS0tLS1CRUdJTiBQUklWQVRFIEtFW',
      'LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRV',
      'LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFW',
      'LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZ',
    ].join(' '),
    run: /[A-Za-z0-9+/=]*/y,
    least: 40,
  },
  {
    what: 'the address of a webhook',
    prefixes:
      'hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/ hooks.slack-gov.com/services/',
    run: /[A-Za-z0-9_/-]*/y,
    least: 20,
    random: 16,
  },
];

const BY_PREFIX = new Map(
  SHAPES.flatMap((shape) => shape.prefixes.split(' ').map((prefix) => [prefix, shape] as const)),
);
const PREFIXES = new RegExp(
  [...BY_PREFIX.keys()]
    .sort((a, b) => b.length - a.length)
    .map((prefix) => prefix.replace(/[.]/g, '\\$&'))
    .join('|'),
  'g',
);

/**
 * Three parts with dots between them: a user's id, a time, and the key itself. Bounded, so it fails quickly.
 */
const DISCORD_TOKEN = /[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}/g;
const DISCORD_WEBHOOK = /(?<=\bdiscord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{5,20}\/)[\w-]{30,}/g;
const TEAMS_WEBHOOK = /(?<=\/IncomingWebhook\/)[\w-]{20,80}(?:\/[\w-]{1,200})?/g;
const AZURE_SECRET = /[\w.~-]{3}[78]Q~[\w.~-]{31,34}(?![\w~-])/g;
const TERRAFORM_TOKEN = /[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}/g;
const MAILCHIMP_KEY = /[a-f0-9]{32}-us\d{1,2}(?!\w)/g;
const TELEGRAM_TOKEN = /\d{8,10}:AA[\w-]{33}(?![\w-])/g;

/**
 * Tokens in a text, by their providers' prefixes, without the prefix. Takes time that grows with the text
 * alone.
 */
export function* tokensIn(text: string): Generator<Finding> {
  const find = new RegExp(PREFIXES);
  for (let match = find.exec(text); match !== null; match = find.exec(text)) {
    const [prefix] = match;
    const shape = BY_PREFIX.get(prefix);
    if (shape === undefined || !isBeginning(text, match.index)) continue;
    const start = match.index + prefix.length;
    const end = withoutStop(text, start, endOf(shape.run, text, start));
    if (end - start < shape.least || end - start > (shape.most ?? Number.POSITIVE_INFINITY)) continue;
    find.lastIndex = end; // whatever else begins in this run would end with it
    const value = text.slice(start, end);
    if (isStandIn(value) || (shape.random && randomCharacters(value) < shape.random)) continue;
    yield { start, end, what: shape.what };
  }
  yield* jwtsIn(text);
  for (const [pattern, what] of [
    [DISCORD_TOKEN, 'a Discord token'],
    [DISCORD_WEBHOOK, 'the address of a webhook'],
    [TELEGRAM_TOKEN, 'a Telegram token'],
    [TEAMS_WEBHOOK, 'the address of a webhook'],
    [AZURE_SECRET, 'a secret of Azure'],
    [TERRAFORM_TOKEN, 'an access token'],
    [MAILCHIMP_KEY, 'an API key'],
  ] as const) {
    for (const { index, 0: whole } of text.matchAll(pattern)) {
      if (isBeginning(text, index) || text.slice(index - 4, index) === '/bot')
        yield { start: index, end: index + whole.length, what };
    }
  }
}

/** JSON Web Tokens: the header is a JSON object, so its base64 begins with `eyJ` (RFC 7519). */
function* jwtsIn(text: string): Generator<Finding> {
  for (let at = text.indexOf('eyJ'); at !== -1; ) {
    const first = endOf(WORD, text, at);
    const second = text[first] === '.' ? endOf(WORD, text, first + 1) : first;
    const third = text[second] === '.' ? endOf(WORD, text, second + 1) : second;
    const isJwt = first - at >= 10 && second - first > 10 && third > second;
    let end = third;
    // The five parts of an encrypted one.
    while (isJwt && text[end] === '.' && /[\w-]/.test(text[end + 1] ?? '')) end = endOf(WORD, text, end + 1);
    if (isJwt && isBeginning(text, at)) yield { start: at, end, what: 'a JSON Web Token' };
    at = text.indexOf('eyJ', isJwt ? end : first);
  }
}

function endOf(run: RegExp, text: string, from: number): number {
  run.lastIndex = from;
  run.exec(text);
  return Math.max(from, run.lastIndex);
}

/** A full stop behind a token ends the sentence. */
function withoutStop(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && text[last - 1] === '.') last--;
  return last;
}

/** How far before a token an escape may begin that ends in a letter or digit. */
const ESCAPE_CHARACTERS = 12;

/**
 * Escapes that letters may follow at once: `\n` and `\u000a` of JSON, `%3D` of an address, a terminal's
 * colours.
 */
const ESCAPE = /(?:\\+[nrtbfv0]|\\+u[0-9A-Fa-f]{4}|\\+x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|\[[0-9;]{0,8}m)$/;

/** Whether something may begin here: no letter or digit stands before it, unless an escape ends with that. */
function isBeginning(text: string, at: number): boolean {
  if (at === 0 || !/[A-Za-z0-9]/.test(text[at - 1] ?? '')) return true;
  return ESCAPE.test(text.slice(Math.max(0, at - ESCAPE_CHARACTERS), at));
}
