/*
 * What a value looks like: a secret, a word, a stand-in for a secret, or code that fetches one. Values come
 * in as they stand in a text, without their quotes.
 */

/** Characters of a value that are looked at. A secret shows within them that it is one. */
const LOOKED_AT = 512;

/** So many characters that belong to no word make a value look like a secret. */
const LEAST_RANDOM = 8;

/**
 * Whether a value looks generated: long enough, of a key's alphabet, and not made of words, numbers and
 * versions.
 */
export function looksGenerated(value: string): boolean {
  const text = value.slice(0, LOOKED_AT);
  if (text.length < 8 || !/^[\w.~+/=!@#%^&*:,;?-]+$/.test(text) || text.includes('://')) return false;
  if (isPath(text)) return false;
  return randomCharacters(text) >= LEAST_RANDOM;
}

/** How many characters of a text belong to parts that are neither words nor numbers. */
export function randomCharacters(text: string): number {
  return text
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => !isWordy(part))
    .reduce((sum, { length }) => sum + length, 0);
}

/** A word, a number, or both as in `gpt2`, `8bit`, `v1` and `a10g`. */
function isWordy(part: string): boolean {
  if (part.length <= 3) return true;
  if (/^(?:[A-Za-z]?[a-z]{1,20}|[A-Z]{1,20}|\d{1,20})$/.test(part)) return true;
  if (/^(?:[A-Za-z]{1,12}\d{1,4}|\d{1,4}[A-Za-z]{1,8}|[A-Za-z]\d{1,3}[A-Za-z]\d?)$/.test(part)) return true;
  if (/^[a-z]{2,14}(?:19|20)\d\d[a-z]{0,14}$/.test(part)) return true; // vaswani2017attention
  return isCamelCase(part);
}

/**
 * Words with capitals at their beginnings, and several capitals before one or at the end: of what is random
 * every second letter is one.
 */
function isCamelCase(part: string): boolean {
  if (!/^[a-z]*(?:(?:[A-Z]{2,})?[A-Z][a-z]{2,})*(?:[A-Z]{2,})?\d{0,3}$/.test(part)) return false;
  return part.replace(/[^A-Z]/g, '').length / part.length <= 0.3;
}

/** Paths of files and of repositories: segments that are words, or that a file's ending follows. */
function isPath(text: string): boolean {
  if (/^(?:[~.]{0,2}\/|[A-Za-z]:[\\/])/.test(text) && /[A-Za-z]/.test(text)) {
    return text.split('/').every((part) => part.length < 40 && randomCharacters(part) < LEAST_RANDOM);
  }
  return /\.(?:py|ipynb|json|ya?ml|toml|txt|md|csv|tsv|parquet|safetensors|bin|pt|pem|pub|key|crt|log|cfg|ini|env|sh)$/.test(
    text,
  );
}

const wordsOf = (...lines: string[]): ReadonlySet<string> => new Set(lines.join(' ').split(' '));

/** What stands for no value, or for a switch. */
const ABSENT = wordsOf('none null nil undefined nan void');
const SWITCHES = wordsOf('true false yes no on off y n');
/** Kinds of values. */
const TYPES = wordsOf(
  'str string text bytes bool boolean int integer number float any object array buffer secretstr optional',
  'unknown never int8 int16 int32 int64 uint8 float16 float32 float64 large_string utf8 binary varchar',
);
/** How something is, or what a form or a log says of it. */
const STATES = wordsOf(
  'required hidden empty unset missing invalid incorrect wrong expired changed updated enabled disabled',
  'auto default inherit env environment prompt stdin ask masked removed revoked leaked redacted self this',
  'private public bearer basic digest oauth oauth2 header query cookie saml oidc file path n/a na',
);
/** What people write where a secret would stand, and some leave so. */
const STAND_INS = wordsOf(
  'password passwd pwd passphrase secret token key apikey api-key api_key credentials auth pass pw',
  'dummy fake placeholder example sample unused ignored not-needed not_needed no-key no_key tbd todo fixme',
  'no-key-required not-used sk-no-key-required ollama lm-studio lm_studio vllm value',
  'test-token token-abc123',
);
const NO_SECRETS = new Set([...ABSENT, ...SWITCHES, ...TYPES, ...STATES, ...STAND_INS]);

/** What a word says where a secret would stand; undefined of all others. */
export function kindOfWord(value: string): 'absent' | 'switch' | 'type' | 'state' | 'stand-in' | undefined {
  const word = value.trim().toLowerCase();
  if (ABSENT.has(word)) return 'absent';
  if (SWITCHES.has(word)) return 'switch';
  if (TYPES.has(word)) return 'type';
  if (STATES.has(word)) return 'state';
  return STAND_INS.has(word) ? 'stand-in' : undefined;
}

/**
 * Whether a value stands for a secret without being one: `<your-token>`, `xxx`, `***`, `hf_...`,
 * `YOUR_KEY_HERE`, `EMPTY`, or a word of NO_SECRETS.
 */
export function isStandIn(value: string): boolean {
  const text = value.slice(0, LOOKED_AT).trim();
  if (NO_SECRETS.has(text.toLowerCase()) || isMask(text)) return true;
  if (/(?:\.{3}|…)$/.test(text) && text.length < 24) return true;
  return isColumn(text) || hasWordOf(text, EXAMPLES);
}

/** `input_text`: a column of a table. */
export const isColumn = (text: string): boolean =>
  /^[a-z]+(?:_[a-z]+)*_(?:text|column|col|label|field|feature)$/.test(text.slice(0, LOOKED_AT));

/** Whether nobody could take it for a secret: nothing, `***`, `...`, `xxx`, `<your-token>`, `[redacted]`. */
export function isMask(value: string): boolean {
  const text = value.slice(0, LOOKED_AT).trim();
  if (text === '') return true;
  if (/^[\s*•·.…_#?~-]+$/.test(text) || /^(?:[A-Za-z]{1,8}[_-])*x{2,}(?:[-_.]x{2,})*$/i.test(text))
    return true;
  if (/\[redacted|REDACTED|^\S{0,8}[*•]{3,}\S{0,4}$/.test(text)) return true;
  const inner = /^(?:<([^<>]{0,80})>|\[(.{0,60})\])$/.exec(text);
  if (inner !== null) return !isWordWithNumber(inner[1] ?? inner[2] ?? '');
  return hasWordOf(text, MEANT_FOR_YOU);
}

/** `hunter22`: what a place to fill in is not called. */
const isWordWithNumber = (text: string): boolean =>
  !/[\s_.-]/.test(text) && /[A-Za-z]/.test(text) && /\d\d/.test(text);

function hasWordOf(text: string, known: ReadonlySet<string>): boolean {
  const words = text.toLowerCase().split(/[\s_.-]+/);
  return words.length > 1 && words.some((word) => known.has(word)) && randomCharacters(text) < LEAST_RANDOM;
}

const MEANT_FOR_YOU = wordsOf('your insert enter replace replaceme put paste here goes placeholder');
const EXAMPLES = wordsOf('example sample dummy fake');

const FUNCTION_WORDS = new Set(
  [
    'a an the is are was were be been must should can could may might will would has have had do does did not no',
    'of to for in on at by with without from into as or and but if when where which that this these those it its',
    'you your we our they their he she his her i my me us who what how than then so only also any all some each',
    'least most more less required needed used set please enter see via per before after between because until',
    'out up off away back over again ago yet',
  ]
    .join(' ')
    .split(' '),
);

export const isFunctionWord = (word: string): boolean => FUNCTION_WORDS.has(word.toLowerCase());

const SECRET_WORDS =
  /^(?:password|passwort|passwords|passphrase|secret|secrets|token|tokens|key|keys|credentials?)$/;

/**
 * Whether several words are a sentence about a secret, and not a passphrase: one of them only holds sentences
 * together.
 */
export function isProse(text: string): boolean {
  const words = text.slice(0, LOOKED_AT).toLowerCase().trim().split(/\s+/);
  if (words.length < 2) return false;
  if (NO_SECRETS.has(words[0] ?? '')) return true;
  return words.some((word) => isOfSentences(word.replace(/^[("'“‘]+|[,.;:!?)"'’”]+$/g, '')));
}

const isOfSentences = (word: string): boolean => FUNCTION_WORDS.has(word) || SECRET_WORDS.test(word);
