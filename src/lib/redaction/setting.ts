import type { NameKind } from './names.ts';

/**
 * What a name is besides: an option of a command, a parameter of an address, a variable of the environment.
 */
export type Role = 'option' | 'parameter' | 'variable' | 'other';
/** What stands between a name and its value: a sign, with spaces or without, or where the two stand. */
type Separator = '=' | ' = ' | ':' | 'flag' | 'tag' | 'list';

/** A value as it stands in a text; of a very long one `text` is the beginning. */
export type Value = {
  start: number;
  end: number;
  text: string;
  isQuoted: boolean;
  /** The quote that opened it; nothing of a value without. */
  quote: string;
  /** Whether it is a string that is formatted: `f"…"`, `$"…"`. */
  isFormatted: boolean;
};

/** What is known of where a value stands, to tell a secret from code that names one. */
export type Setting = {
  name: string;
  kind: NameKind;
  /** Where the name begins. */
  start: number;
  by: Separator;
  /** Whether a type stands between the name and the sign: `password: str = …`. */
  isTyped: boolean;
  role: Role;
  value: Value;
  /** The value with the brackets that it opened, as far as it is looked at: `sys.argv[1]`. */
  word: string;
  /** What stands on the line before the name, and behind the value. */
  before: string;
  after: string;
  /** Some lines around it, to tell a list of settings from a program. */
  around: string;
  /** Whether the text has sections, as INI files do: values need no quotes there. */
  isIni: boolean;
};
