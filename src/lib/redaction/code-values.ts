import { formOf, isComputed, isReadAsCode } from './forms.ts';
import {
  isColumn,
  isFunctionWord,
  isMask,
  isProse,
  isStandIn,
  kindOfWord,
  looksGenerated,
  randomCharacters,
} from './looks.ts';
import { kindOfName } from './names.ts';
import { isReference, type Writing } from './references.ts';
import type { Setting } from './setting.ts';

/**
 * Whether what stands behind the name of a secret is one, and not a stand-in for it, a sentence about it, or
 * code that fetches it. Passwords count whatever they look like, in a shell, in a dotenv file and among the
 * settings of one even where they are words; tokens and keys count where they look generated.
 */
export function isSecretValue(setting: Setting): boolean {
  const { value, kind, name } = setting;
  const { text } = value;
  if (isMask(text) || isReference(text, writingOf(setting)) || isRoute(text) || isRule(text)) return false;
  if (kind === 'always') {
    const said = isPasswordIn(setting);
    if (said !== undefined) return said;
    if (/^\S{6,}(?:\.{3}|…)$/.test(text) && /\d/.test(text)) return true; // all but its end
  }
  if (isStandIn(text)) return false;
  if (kind === 'opening' && isPlainWords(text)) return false;
  if (kind === 'scheme') return isCredential(setting);
  if (setting.by === 'list') return isListed(setting);
  if (kind === 'generated') return isGenerated(setting, name.split(/[.-]/).at(-1) ?? name);
  return value.isQuoted ? !isProse(text) && !isFilledIn(setting) && !isVariable(text) : isBare(setting);
}

/** Which signs have a meaning in a value. */
function writingOf({ value, by, before }: Setting): Writing {
  if (value.isFormatted || /(?:^|\W)[rb]?f[rb]?\\{0,31}["']/i.test(before)) return 'formatted';
  if (!value.isQuoted) return by === ':' ? 'yaml' : 'bare';
  const isArgumentOfCall = /[(,][ \t]*$/.test(before);
  return value.quote === '`' || (value.quote === '"' && by === '=' && !isArgumentOfCall)
    ? 'expanded'
    : 'literal';
}

/** Names of switches: whether there must be a password is none. */
const SWITCH =
  /(?:^|[_.-])(?:allow|show|hide|use|uses|require|required|has|is|no|with|without|random|enable|disable|skip|ask|save|remember|empty|reset|change|force|verify|check|generate|rotate|expire|update)(?=[_.-])/i;

/** What the form says of a password; undefined where only the value can tell. */
function isPasswordIn(setting: Setting): boolean | undefined {
  const form = formOf(setting);
  if (form === undefined) return undefined;
  const { value, name, after, by } = setting;
  const { text } = value;
  const word = kindOfWord(text);
  if (word === 'absent') return false;
  if (word === 'switch' && (form !== 'shell' || SWITCH.test(name))) return false;
  if (!value.isQuoted && (isReadAsCode(text, after) || isComputed(setting.word))) return undefined;
  if (isVariable(text)) return false;
  if (by === ' = ' && /\s/.test(text)) return !isProse(text) && !/ [+*/%|&<>=!?-]{1,2} /.test(text);
  if (form === 'shell') return by === '=' || !isColumn(text);
  if (form === 'settings') {
    if (word !== undefined) return by === '=' ? word !== 'type' : false;
    return (
      !(isIdentifier(text) && isNamedSo(text) && /_|[a-z][A-Z]|^(?:pw|pass|pwd)\d?$/.test(text)) &&
      !/^[a-z]+(?:_[a-z]+)+$/.test(text)
    );
  }
  // YAML and JSON.
  if (word === 'type' || text.toLowerCase() === name.toLowerCase()) return false;
  if (form === 'yaml') return word === undefined && !/^[@!]/.test(text) ? undefined : true;
  return word === 'stand-in' ? true : undefined;
}

/** `offline`, `change-me-in-production`: a mode, or a stand-in of somebody's own. */
const isPlainWords = (text: string): boolean =>
  /^[A-Za-z]+(?:[-_ ][A-Za-z]+)*$/.test(text) && !looksGenerated(text);

/** `DB_PASSWORD` itself: where a variable of that name is meant. */
const isVariable = (text: string): boolean =>
  /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(text) && kindOfName(text) !== undefined;

/** A page or a file: `/reset-password`, `https://host/login`, `~/.pgpass`. */
const isRoute = (text: string): boolean =>
  /^(?:https?:\/\/|\.{1,2}\/|~\/|\/[\w.-]+\/|\/[a-z]+(?:-[a-z]+)*$)/.test(text) && randomCharacters(text) < 8;

/** What a form demands of a password: `required|min:8`. */
const isRule = (text: string): boolean => RULES.test(text);
const RULES =
  /^(?:(?:min|max|size|length|between|digits|minLength|maxLength):\d{1,4}(?:,\d{1,4})?|required|nullable|sometimes|string|confirmed|password|current_password)(?:\|(?:\w{1,30}:[\w,.]{0,40}|[a-z_]{1,30})){1,12}$|^(?:min|max|size|length|between|minLength|maxLength):\d{1,4}(?:,\d{1,4})?$/;

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

/** The same of a text in quotes; in those of JSON and of a shell's single ones `$x` and `{x}` are literal. */
function isFilledIn(setting: Setting): boolean {
  const { text } = setting.value;
  const isOne = /^(?:\{[^{}]{0,80}\}|\$\w{1,80})$/.test(text);
  return isTemplate(text) && !(isOne && writingOf(setting) === 'literal');
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
const CHAIN = new RegExp(`^${NAME}${PARTS}+!?$`);

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
  const isSignedWord = /^[!@]\w*\d\d/.test(text) && /^[ \t]*(?:\r?\n|$)/.test(after);
  if (!isSignedWord && isCode(text + (/^[([{]/.test(after) ? after[0] : ''))) return false;
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
