import { randomCharacters } from './looks.ts';
import { kindOfName } from './names.ts';
import type { Setting } from './setting.ts';

/**
 * What a name and its value stand in, where that says that the value is a text whatever it looks like:
 * `shell` is an assignment of a shell, of dotenv, of INI with sections, or of a command's environment;
 * `settings` a line of lower-case settings, which could be one of a program, too; `yaml` a variable of the
 * environment behind a colon, `key` any other name there at the beginning of a line.
 */
export type Form = 'shell' | 'settings' | 'yaml' | 'key';

/** What stands before the variables of a shell's command. */
const SHELL_COMMAND =
  /(?:^|[\s"'`;&|(])(?:export|declare(?:[ \t]+-\w+)?|typeset(?:[ \t]+-\w+)?|readonly|local|env|ENV|ARG|-e|--env|--build-arg)[ \t]+(?:[A-Za-z_]\w{0,60}=\S{0,80}[ \t]+){0,8}$/;
/** Where a line begins: of a list, of what a shell prints as it runs, or of an entry in quotes. */
const LINE_START = /^(?:[ \t]*-[ \t]+|\+{1,3}[ \t]+)?(?:\\{0,31}["'])?$/;
const LINE_END = /^[ \t]*(?:#.*)?(?:\r?\n|\\+[nr]|\\*["'`](?:[\s,}\]]|\\|$)|$)/;

export function formOf(setting: Setting): Form | undefined {
  const { by, role, isIni, isTyped, after } = setting;
  const before = lineOf(setting.before);
  if (isTyped || /^(?:self|this|cls)\./.test(setting.name) || role === 'option' || role === 'parameter')
    return undefined;
  const isSection = isIni && /^[ \t]*$/.test(before);
  if (by === '=') {
    if (isSection || SHELL_COMMAND.test(before)) return 'shell';
    const isArgumentOfCall = /[(,][ \t]*$/.test(before);
    if (role === 'variable') {
      const isWord = /^[A-Za-z_][\w.]*$/.test(setting.value.text);
      return isArgumentOfCall || (isWord && /^[ \t]*[,)]/.test(after)) ? undefined : 'shell';
    }
    return LINE_START.test(before) && LINE_END.test(after) ? 'settings' : undefined;
  }
  if (by === ' = ') {
    if (setting.value.isQuoted) return undefined;
    if (isSection) return 'shell';
    return LINE_START.test(before) && LINE_END.test(after) && isOfSettings(setting.around)
      ? 'settings'
      : undefined;
  }
  if (by !== ':') return undefined;
  if (role === 'variable' && /(?:^|[\s{,>|•*+-])(?:\\{0,31}["'])?$/.test(before)) return 'yaml';
  const isLine = /^[\s>|•*+-]*$/.test(before) && LINE_END.test(after) && !setting.value.isQuoted;
  return isLine && !/^[ \t]*\r?\n\s*[})]/.test(after) ? 'key' : undefined;
}

/** What stands on the line, where lines are escaped, too, and behind the text's own opening quote. */
const lineOf = (before: string): string =>
  before.replace(/^.*\\[nr]/, '').replace(/^\{\\{0,31}"\w{1,40}\\{0,31}":[ ]?\\{0,31}"/, '');

/** A line of settings: a comment, a section, or a name and a text without anything that a program has. */
const OF_SETTINGS =
  /^\s*(?:[#;].*|\[[\w .:-]*\]|(?:export |[-*] )?[\w.-]{1,80}[ \t]*[=:][ \t]*[^()[\]{};`]*)?$/;

/** Whether all lines are settings. The first and the last may be cut. */
const isOfSettings = (around: string): boolean =>
  around.split(/\r?\n|\\{1,31}[nr]/).every((line) => OF_SETTINGS.test(line));

const NAME = String.raw`[A-Za-z_$][\w$]*`;
/** `getpass()`, `os.environ[`, `await read(`: what a program calls or looks up, to its end or to a quote. */
const CALL = new RegExp(
  String.raw`^(?:(?:await|new)\b|${NAME}(?:(?:\.|\?\.|::|->)${NAME})*(?:\(|\[)(?:[^\n]*[)\]][.,;:)\]} \t]*$|[^\n]*[)\]][.,;:)\]} \t]|["'\\)]|$))`,
);

/** Whether a value without quotes is what a program computes. */
export function isReadAsCode(text: string, after: string): boolean {
  const line = text + (after.split(/\r?\n|\\{1,31}[nr]/, 1)[0] ?? '');
  if (CALL.test(line)) return true;
  if (/^(?:self|this|cls|os|process|settings|config|args|var|data|import\.meta)\.[A-Za-z_]/.test(text))
    return true;
  return /^[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)+$/.test(text) && kindOfName(text) !== undefined;
}

/**
 * `sys.argv[1]`, `parts.get(1)`: what something has or does, by names that are joined; and of one name alone
 * only what no password looks like: `args[0]`, `ARGV[0]`, `input()`, `decode(pw)`.
 */
const COMPUTED = new RegExp(
  [
    String.raw`^${NAME}(?:(?:\.|::|->)${NAME})+(?:\[[\w.:-]{0,40}\]|\([\w., -]{0,80}\))$`,
    String.raw`^(?:[a-z_$]+\d?|[A-Z_]+)\[(?:\d{1,2}|[a-z_]{1,40})\]$`,
    String.raw`^[a-z_$]+\d?\((?:[a-z_][a-z_., ]{0,80})?\)$`,
  ].join('|'),
);

export const isComputed = (word: string): boolean =>
  COMPUTED.test(word) && randomCharacters(word.split(/[[(]/, 1)[0] ?? '') === 0;
