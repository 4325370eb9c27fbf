import type { Finding } from './finding.ts';
import { isStandIn, looksGenerated, randomCharacters } from './looks.ts';
import { kindOfName } from './names.ts';
import { isReference } from './references.ts';

/** A command or call that takes a secret without its name, and how the secret stands in it. */
type Rule = { what: string; find: RegExp; isSecret?: (value: string) => boolean };

const QUOTE = String.raw`\\{0,31}["']`;
/** Between the words of a command: white space, or how a list of them has it. */
const SEP = `(?:[ \\t]{1,8}|${QUOTE},[ \\t]{0,8}(?=["'\\\\]))`;
const VALUE = String.raw`(?:${QUOTE})?(?<value>[^\s"'\\\`<>]{3,200})`;
/** The same line, up to the option that counts. */
const REST = String.raw`(?:(?!\\{1,31}n|[ \t](?:\|\|?|&&|;)[ \t])[^\n]){0,200}?`;

const option = (command: string, name: string): RegExp =>
  new RegExp(`\\b(?:${command})(?=[\\s"'\\\\])${REST}(?:[ \\t]|["'])${name}${VALUE}`, 'dg');

const isKey = (value: string): boolean => looksGenerated(value) && randomCharacters(value) >= 20;

/** Two arguments, where the second is a password: `auth=("ada", "…")`, `smtp.login("ada", "…")`. */
const PAIR = String.raw`\([ \t]{0,8}${QUOTE}[^"'\\\n]{1,80}${QUOTE},[ \t]{0,8}${QUOTE}(?<value>[^"'\\\n]{3,200})${QUOTE}[ \t]{0,8}\)`;

/** A password that is set, or else has a default: its value in quotes. */
const PASSWORD_IS = String.raw`(?:password|passwd|secret)\w{0,20}(?:${QUOTE})?[ \t]{0,8}[:=][ \t]{0,8}`;
const TYPED = String.raw`\\{0,31}["'](?<value>[^"'\\\n]{3,200})`;

/** Sources: the manual page of each command. */
const RULES: readonly Rule[] = [
  {
    what: 'a key of W&B',
    find: new RegExp(
      `\\bwandb${SEP}(?:${QUOTE})?login\\b${REST}[ \\t"'](?<value>[A-Za-z0-9_-]{32,100})(?![\\w-])`,
      'dg',
    ),
    isSecret: isKey,
  },
  {
    what: 'a key',
    find: new RegExp(`\\blogin\\([ \\t]{0,8}${QUOTE}(?<value>[\\w-]{32,100})${QUOTE}`, 'dg'),
    isSecret: isKey,
  },
  { what: 'a key', find: new RegExp(`\\bFernet\\([ \\t]{0,8}b?${QUOTE}(?<value>[\\w+/=-]{32,100})`, 'dg') },
  {
    what: 'the password of a user',
    find: option('curl', String.raw`(?:-u|-U|--user|--proxy-user)(?:${SEP}|=)?(?:${QUOTE})?[\w.@+-]{0,80}:`),
  },
  {
    what: 'the password of a user',
    find: option('http|https|xh', String.raw`(?:-a|--auth)(?:${SEP}|=)(?:${QUOTE})?[\w.@+-]{0,80}:`),
  },
  { what: 'the value of sshpass -p', find: option('sshpass', `-p${SEP}?`) },
  {
    what: 'the value of -p',
    find: option(
      `(?:docker|podman|nerdctl|buildah|skopeo|oras|az|cf|oc|argocd|registry)${SEP}(?:${QUOTE})?login`,
      `-p(?:${SEP}|=)`,
    ),
  },
  {
    what: 'the value of -p',
    find: option(
      'mysql(?:dump|admin|import|check|show)?|mariadb(?:-dump|-admin)?|7z[ar]?',
      String.raw`-p(?=\S)`,
    ),
  },
  { what: 'the value of -a', find: option('redis-cli|valkey-cli', `(?:-a|--pass)(?:${SEP}|=)`) },
  { what: 'the value of -P', find: option('zip|unzip', `-P${SEP}?`) },
  {
    what: 'a passphrase',
    find: option('openssl', `(?:-(?:pass|passin|passout)${SEP}(?:${QUOTE})?pass:|-[kK]${SEP})`),
  },
  { what: 'the body of a secret', find: option(`gh${SEP}(?:${QUOTE})?secret`, `(?:-b|--body)(?:${SEP}|=)?`) },
  {
    what: 'what is typed as a password',
    find: /\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?(?:\\{0,31}["'])?(?<value>[^\s"'\\|$`]{4,200})(?:\\{0,31}["'])?[ \t]{0,8}\|[ \t]{0,8}(?=[^\n|]{0,160}(?:password-stdin|pass-stdin|--with-token|sudo -S))/dg,
  },
  {
    what: 'a password of SQL',
    find: /\b(?:IDENTIFIED BY|IDENTIFIED WITH \w{1,40} BY|SET PASSWORD FOR [^\s'"]{1,80} ?=) ?\\{0,31}["'](?<value>[^"'\\\n]{3,200})/dgi,
  },
  {
    what: 'a password',
    find: new RegExp(String.raw`(?:\bauth ?= ?|BasicAuth|DigestAuth|\.login)${PAIR}`, 'dg'),
  },
  {
    what: 'a password',
    find: /\bConvertTo-SecureString[ \t]+(?:-String[ \t]+)?\\{0,31}["'](?<value>[^"'\\\n]{3,200})/dgi,
  },
  {
    what: 'a password',
    find: new RegExp(
      `${PASSWORD_IS}os\\.(?:getenv|environ\\.get)\\((?:[^()\\n]{1,80}\\)[ \\t]{1,8}or|[^(),\\n]{1,80},)[ \\t]{0,8}${TYPED}`,
      'dgi',
    ),
  },
  {
    what: 'a password',
    find: new RegExp(
      `${PASSWORD_IS}(?:process\\.|import\\.meta\\.)?env[\\w.["'\\]]{1,80}[ \\t]{0,8}(?:\\?\\?|\\|\\|)[ \\t]{0,8}${TYPED}`,
      'dgi',
    ),
  },
  {
    what: 'a password',
    find: new RegExp(
      `${PASSWORD_IS}${QUOTE}?\\{\\{[^{}\\n|]{1,100}\\|[ \\t]{0,8}default\\([ \\t]{0,8}${TYPED}`,
      'dgi',
    ),
  },
  {
    what: 'a secret of AWS',
    find: /\bA[KS]IA[A-Z0-9]{16}[\s"'\\,;:|]{1,12}(?<value>[A-Za-z0-9/+]{40})(?![\w/+=])/dg,
    isSecret: isKey,
  },
];

/**
 * Secrets that stand in commands and calls without a name: `wandb login …`, `curl -u ada:…`, `sshpass -p …`,
 * `requests.get(url, auth=("ada", "…"))`. Each pattern is bounded, so it takes time that grows with the text
 * alone.
 */
export function* secretsInCommands(text: string): Generator<Finding> {
  for (const { what, find, isSecret = isPassword } of RULES) {
    for (const { indices } of text.matchAll(find)) {
      const [start, end] = indices?.groups?.value ?? [0, 0];
      const value = text.slice(start, end);
      const writing = text[start - 1] === "'" ? 'literal' : 'formatted';
      if (isSecret(value) && !isStandIn(value) && !isReference(value, writing)) yield { start, end, what };
    }
  }
}

const isPassword = (value: string): boolean =>
  !/^(?:-|\/\/|[A-Z]+(?:_[A-Z]+)*$|[a-z_]+[([{]|\d{2,5}(?::\d{2,5})?$)/.test(value) &&
  kindOfName(value) === undefined;
