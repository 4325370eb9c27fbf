import type { Finding } from './finding.ts';

/** A secret of this installation: the value, and the name by which people know it. */
export type KnownSecret = { name: string; value: string };

/** Shorter values would be found in ordinary text. */
const LEAST_CHARACTERS = 8;

/** From here on a value is looked for in base64 as well. */
const LEAST_IN_BASE64 = 12;

/**
 * Words are no secrets that could be told from text: a database whose password is "postgres" is scrubbed in
 * addresses only.
 */
const isWord = (value: string): boolean => /^(?:[A-Za-z]?[a-z]{0,15}|[A-Z]{1,16}|\d{1,9})$/.test(value);

/**
 * Exact values, however they are written: as they are, escaped for JSON, for an address or for HTML, and in
 * base64 wherever they stand in what was encoded.
 */
export class KnownValues {
  readonly #forms = new Map<string, { name: string; users: number }>();

  /** Adds secrets; returns what takes them out again. */
  add(secrets: readonly KnownSecret[]): () => void {
    const added = secrets.flatMap(({ name, value }) => formsOf(value).map((form) => ({ name, form })));
    for (const { name, form } of added) {
      const known = this.#forms.get(form);
      if (known) known.users++;
      else this.#forms.set(form, { name, users: 1 });
    }
    return () => {
      for (const { form } of added.splice(0)) {
        const known = this.#forms.get(form);
        if (known && --known.users === 0) this.#forms.delete(form);
      }
    };
  }

  *findIn(text: string): Generator<Finding> {
    for (const [form, { name }] of this.#forms) {
      for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
        if (!isInMark(text, at, form))
          yield { start: at, end: at + form.length, what: `the value of ${name}` };
      }
    }
  }

  /**
   * How many characters at the end of a text could be the beginning of a value that holds spaces or other
   * letters.
   */
  begunAtEnd(text: string): number {
    let most = 0;
    for (const form of this.#forms.keys()) {
      if (/^[\x21-\x7e]*$/.test(form)) continue; // held back with the word that it is
      for (let length = Math.min(form.length - 1, text.length); length > most; length--) {
        if (text.endsWith(form.slice(0, length))) most = length;
      }
    }
    return most;
  }
}

/** A value like "redacted" would be found in the mark itself. */
function isInMark(text: string, at: number, form: string): boolean {
  return '[redacted]'.includes(form) && text[at - 1] === '[' && text[at + form.length] === ']';
}

function formsOf(value: string): string[] {
  const text = value.trim();
  if (text.length < LEAST_CHARACTERS || isWord(text)) return [];
  const json = JSON.stringify(text).slice(1, -1);
  const forms = [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(text),
    encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams([['', text]]).toString().slice(1),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    ...(text.length >= LEAST_IN_BASE64 ? inBase64(text) : []),
  ];
  return [...new Set(forms)];
}

/** What base64 makes of a value after 0, 1 or 2 other bytes: the characters that depend on it alone. */
function inBase64(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const core = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
