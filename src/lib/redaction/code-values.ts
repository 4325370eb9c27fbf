import {
  isFunctionWord,
  isProse,
  isReference,
  isStandIn,
  looksGenerated,
  randomCharacters,
} from './looks.ts';
import { kindOfName, type NameKind } from './names.ts';

/**
 * What a name is besides: an option of a command, a parameter of an address, a variable of the environment.
 */
export type Role = 'option' | 'parameter' | 'variable' | 'other';
/** What stands between a name and its value: a sign, with spaces or without, or where the two stand. */
type Separator = '=' | ' = ' | ':' | 'flag' | 'tag' | 'list';

/** A value as it stands in a text; of a very long one `text` is the beginning. */
export type Value = { start: number; end: number; text: string; isQuoted: boolean };

/** What is known of where a value stands, to tell a secret from code that names one. */
export type Setting = {
  name: string;
  kind: NameKind;
  /** Where the name begins. */
  start: number;
  by: Separator;
  role: Role;
  value: Value;
  /** What stands on the line before the name, and behind the value. */
  before: string;
  after: string;
  /** Whether the text has sections, as INI files do: values need no quotes there. */
  isIni: boolean;
};

/**
 * Whether what stands behind the name of a secret is one, and not a stand-in for it, a sentence about it, or
 * code that fetches it. Passwords count whatever they look like; tokens and keys where they look generated.
 */
export function isSecretValue(setting: Setting): boolean {
  const { value, kind, name } = setting;
  const { text } = value;
  if (isStandIn(text) || isReference(text) || isRoute(text) || isRule(text)) return false;
  if (kind === 'opening' && isPlainWords(text)) return false;
  if (kind === 'scheme') return isCredential(setting);
  if (setting.by === 'list') return isListed(setting);
  if (kind === 'generated') return isGenerated(setting, name.split(/[.-]/).at(-1) ?? name);
  return value.isQuoted ? isPhrase(text) && !isVariable(text) : isBare(setting);
}

/** `offline`, `change-me-in-production`: a mode, or a stand-in of somebody's own. */
const isPlainWords = (text: string): boolean =>
  /^[A-Za-z]+(?:[-_ ][A-Za-z]+)*$/.test(text) && !looksGenerated(text);

/** `DB_PASSWORD` itself: where a variable of that name is meant. */
const isVariable = (text: string): boolean =>
  /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(text) && kindOfName(text) !== undefined;

/** A page or a file: `/reset-password`, `https://host/login`, `~/.pgpass`. */
const isRoute = (text: string): boolean =>
  /^(?:https?:\/\/|\.{0,2}\/|~\/)/.test(text) && randomCharacters(text) < 8;

/** What a form demands of a password: `required|min:8`. */
const isRule = (text: string): boolean => /^(?:required|min|max|nullable|string)[|:]/.test(text);

/** Behind `Authorization:`; a scheme before it says that it is one. */
function isCredential({ value: { text }, before, value }: Setting): boolean {
  if (
    isProse(text) ||
    isTemplate(text) ||
    (!value.isQuoted && (isCode(text) || (isIdentifier(text) && text.includes('_'))))
  )
    return false;
  const hasScheme = /(?:Bearer|Basic|Token|Bot|Digest)[ \t]+$/i.test(before.slice(-12)) || text.length >= 20;
  return hasScheme || looksGenerated(text) || /\d/.test(text);
}

/** What stands before a name that is set by a call. */
const SETTING_CALL =
  /(?:env|environ\.get|default|header|attr|secret|config|option|set|put)\w{0,20}\((?:[^()"'`]{0,60},)?[ \t]*[fbr]?\\*["'`]$/i;

/**
 * `["--password", "x"]` and `setenv("DB_PASSWORD", "x")`; names alone are often listed one after the other.
 */
function isListed({ value: { text }, role, kind, before }: Setting): boolean {
  if (/\s/.test(text) || isVariable(text) || (text.startsWith('-') && !looksGenerated(text))) return false;
  const isSet = role === 'option' || SETTING_CALL.test(before);
  return isSet && (kind === 'always' || kind === 'opening')
    ? isPhrase(text)
    : /\d/.test(text) && looksGenerated(text) && randomCharacters(text) >= 12;
}

/** Whose token it is, where it opens an account: one long word is no special token of a text there. */
const ACCOUNT_TOKEN =
  /(?:^|_)(?:HF|HUB|HUGGING_?FACE|GITHUB|GH|GITLAB|SLACK|DISCORD|ACCESS|REFRESH|AUTH|BOT|API)_TOKEN$/;

function isGenerated({ value, role, after, before, name }: Setting, last: string): boolean {
  const { text, isQuoted } = value;
  if (isTemplate(text) || (!isQuoted && isCode(text + after.slice(0, 1)))) return false;
  if (!looksGenerated(text)) {
    return ACCOUNT_TOKEN.test(name) && /^[A-Za-z]{10,}$/.test(text) && kindOfName(text) === undefined;
  }
  if (/^0x[\da-f]{1,8}$/i.test(text)) return false; // of a file's format
  // A class or a constant that is called so, too: `rsa.RSAPrivateKey`.
  if (/^[A-Za-z_][\w.]*$/.test(text) && kindOfName(text) !== undefined) return false;
  if (/^sig(?:nature)?$/i.test(last)) return role === 'parameter' || /AWS4-HMAC/.test(before);
  const isBareKey = name.toLowerCase() === 'key' && role === 'other';
  if (
    !isBareKey ||
    /["']username\\{0,31}["'][^{}]{0,80}$/.test(before) ||
    /(?:login|wandb|api|auth|client|connect)\w{0,20}\([^()]{0,80}$/i.test(before)
  )
    return true;
  return randomCharacters(text) >= 20 && /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);
}

/** One word or several that are no sentence and hold nothing to fill in. */
const isPhrase = (text: string): boolean => !isProse(text) && !isTemplate(text);

/** Text with something to fill in, and little besides: `{user}:{password}`, `${PREFIX}-x`, `%(name)s`. */
function isTemplate(text: string): boolean {
  const rest = text.replace(/\$?\{\{?[^{}]{0,80}\}\}?|%\([^)]{0,40}\)s|\$[A-Za-z_]\w{0,40}/g, '');
  return rest.length < text.length && randomCharacters(rest) < 8;
}

const NAME = String.raw`[A-Za-z_$][\w$]*`;
const PARTS = String.raw`(?:(?:\.|\?\.|::|->)${NAME})`;
/**
 * Names of things and what is done with them: `self.password`, `config["x"]`, `get_secret(`, `await f()`,
 * `&str`.
 */
const CODE = new RegExp(
  String.raw`^(?:(?:await|new|not|lambda|async|function|typeof)\b|[&*!@]\w|${NAME}${PARTS}*[([{]|[([{])`,
);
const CHAIN = new RegExp(`^${NAME}${PARTS}+$`);

const isCode = (text: string): boolean =>
  CODE.test(text) ||
  /^(?:self|this|cls)\.[A-Za-z_]/.test(text) ||
  (CHAIN.test(text) && randomCharacters(text) < 8);

const isIdentifier = (text: string): boolean => /^[A-Za-z_$][\w$]*$/.test(text) && randomCharacters(text) < 8;

/** `db_password`, `userToken`, `MY_SECRET`, `pw1`: the name of something that holds it. */
const isNamedSo = (text: string): boolean =>
  isIdentifier(text) &&
  (text.length <= 3 ||
    /^(?:pw|pass|pwd)\d{0,2}$/i.test(text) ||
    (kindOfName(text) !== undefined && /[_A-Z]|^[a-z]+\d?$/.test(text)) ||
    /(?:password|passwd|secret|token|credential)/i.test(text));

/** The value of a password that stands without quotes. */
function isBare(setting: Setting): boolean {
  const { value, by, role, after, before, isIni } = setting;
  const { text } = value;
  if (isCode(text + (/^[([{]/.test(after) ? after[0] : ''))) return false;
  if (by === 'flag') return isArgument(text) && !IS_MOUNT.test(text);
  if (by === 'tag') return !/^[@:/]/.test(text) && !/^[ \t]+[A-Za-z]/.test(after);
  if (by === ':') return isBehindColon(setting);
  const isLineEnd =
    /^[ \t]*(?:[#;].*)?(?:\r?\n|\\+[nr]|\\*["'`](?:[\s,}\]]|\\|$)|$)/.test(after) ||
    after.startsWith('\u001b');
  if (by === ' = ') {
    if (isIni && /^[ \t]*$/.test(before)) return !isNamedSo(text);
    return (
      isLineEnd &&
      !isNamedSo(text) &&
      (/\d|[^\w.]/.test(text) || looksGenerated(text)) &&
      (looksGenerated(text) || /^[\w.@!#$%^&*+=~-]{4,}$/.test(text))
    );
  }
  if (role === 'parameter') return true;
  if (role === 'option') return isArgument(text);
  if (role === 'variable') return !(isNamedSo(text) && /^[A-Z_]+$|\./.test(text));
  if (!isIdentifier(text)) return true;
  if (isNamedSo(text)) return false;
  const isArgumentOfCall = /[(,][ \t]*$/.test(before) && /^[,)]/.test(after);
  return !isArgumentOfCall || (/\d/.test(text) && text.length > 4);
}

/** What a build mounts: `--secret id=hf_token,env=HF_TOKEN`. */
const IS_MOUNT = /^(?:id|type|src|source|env)=/;

const ABOUT_OPTIONS =
  /^(?:instead|flags?|options?|arguments?|parameters?|values?|again|above|below|here|there|twice)$/i;

/** Not the name of an argument, as a command's help has it, nor the next word of a sentence. */
const isArgument = (text: string): boolean =>
  (!text.startsWith('-') || looksGenerated(text)) &&
  !/^(?:\[|[A-Z]+(?:_[A-Z]+)*$)/.test(text) &&
  !isFunctionWord(text) &&
  !ABOUT_OPTIONS.test(text);

/** `process.env.DB_PASSWORD ?? ''` */
const IS_CHOICE = /^[A-Za-z_$][\w$.]{0,80} (?:\?\??|\|\||&&|\+) /;

/** Behind a colon stands a value of YAML, a type, a variable of a program, or the rest of a sentence. */
function isBehindColon({ value: { text }, after, before }: Setting): boolean {
  if (text.includes(' ')) return isPhrase(text) && !IS_CHOICE.test(text);
  if (isFunctionWord(text)) return false;
  if (/^\d{1,7}$/.test(text) && /^[ \t]*[,}]/.test(after)) return false; // a number of JSON: of a table, not for a lock
  const isFollowedAsCode = /^[ \t]*(?:[,;)}?|]|=[^=])/.test(after);
  if (isFollowedAsCode && isIdentifier(text) && (!/\d/.test(text) || isNamedSo(text))) return false;
  const isLineStart = /^[\s"'>|•*+-]*$/.test(before);
  if (isNamedSo(text) && text.includes('_') && (isFollowedAsCode || !isLineStart)) return false;
  const isSentence =
    /^[a-z]+$/i.test(text) && isProse(`${text} ${after.split('\n')[0]}`) && /^ [a-z]/i.test(after);
  return isLineStart ? !(isSentence && /^[ \t]*\w+/.test(after)) : !isSentence;
}
