import type { Card } from './cards.ts';
import type { Control } from './controls.ts';
import type { Form } from './forms.ts';

/** What somebody is given for what they did, for their eyes alone unless said otherwise. */
export type Answer =
  /** What came of it is shown where it was asked for. */
  | { kind: 'nothing' }
  | { kind: 'notice'; text: string }
  | { kind: 'form'; form: Form }
  | { kind: 'card'; card: Card }
  /** Asks whether they are sure: the button does it. */
  | { kind: 'question'; text: string; button: Control }
  /**
   * A text that no form has room for; the button, where there is one, asks for a file that takes its place.
   */
  | { kind: 'file'; name: string; text: string; comment: string; button: Control };

/** What became of a form that was sent off. `errors` say what is wrong with which field, by its name. */
export type Taken =
  | { ok: true; notice?: string }
  | { ok: false; reason: string; errors?: Readonly<Record<string, string>> };

export const NOTHING: Answer = { kind: 'nothing' };

export const notice = (text: string): Answer => ({ kind: 'notice', text });

export const formed = (form: Form): Answer => ({ kind: 'form', form });

/** Nothing where something was done, else why it was not. */
export const outcome = (done: { ok: true } | { ok: false; reason: string }): Answer =>
  done.ok ? NOTHING : notice(done.reason);
