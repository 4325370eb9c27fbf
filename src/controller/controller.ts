import { isChannelAllowed } from '../access/rules.ts';
import type { ThreadAddress } from '../session/address.ts';
import { OLD } from '../thread/words/answers.ts';
import { BEGINNINGS, type Beginning } from '../thread/words/beginnings.ts';
import type { Action } from './actions.ts';
import type { Admission } from './admission.ts';
import { type Answer, notice, type Taken } from './answers.ts';
import { namedByAction, namedByForm, strangeTo } from './belonging.ts';
import { type Card, words } from './cards.ts';
import { act, type ControllerDeps } from './clicks.ts';
import { type BeginThread, type Command, command } from './commands.ts';
import { askForm, type Given, type Subject } from './forms.ts';
import type { From } from './from.ts';
import { createGate } from './gate.ts';
import { greet, type Invitation } from './hello.ts';
import type { Choice } from './menus.ts';
import { onDeleted, onEdit, onMessage } from './messages.ts';
import { overview } from './overview.ts';
import type { ControllerParts } from './parts.ts';
import { submit } from './submissions.ts';
import { type Suggested, suggestions } from './suggestions.ts';
import type { Traits } from './traits.ts';
import type { Changing, Deleted, Edit, Written } from './written.ts';

/**
 * What people say and do on a platform, whatever the platform: an adapter parses what it is told into
 * messages, actions, forms and commands, and prints what they are answered. Whether somebody may use the bot
 * there, and whether what they name belongs there, is checked here, once, before anything is done. Each call
 * resolves once what was asked for is in the record.
 */
export type Controller = {
  /**
   * A message, which is taken in where it is for the bot. One that is told as it is after an edit (`edit`) is
   * corrected too, where it had been taken in before. `changed` makes of it what it is after a change that
   * came before it; without it, it is told as it is by now.
   */
  message(message: Written, changed?: Changing, edit?: Edit): Promise<void>;
  /** An edit; `edit.before` is the message itself where nothing that a person wrote was changed. */
  edited(message: Written, edit: Edit, changed?: Changing): Promise<void>;
  deleted(message: Deleted): Promise<void>;
  /**
   * Tells a session what was said in its thread and could not be read before: once for each `sourceId`.
   */
  foundLater(address: ThreadAddress, text: string, sourceId: string): Promise<void>;
  /** Whether nobody has asked this of a click or a command before: every process is told, and one does it. */
  isFirst(sourceId: string): Promise<boolean>;
  /** A button or a menu. `undefined` is one that nobody knows (any more). */
  act(action: Action | undefined, from: From): Promise<Answer>;
  /** A form that was sent off. */
  submit(subject: Subject | undefined, given: Given, from: From): Promise<Taken>;
  command(asked: Command, from: From, begin: BeginThread): Promise<Answer>;
  /** Somebody points at a message, to ask something about it. */
  point(subject: Extract<Subject, { form: 'ask' }>, from: From): Promise<Answer>;
  /** At most so many of what somebody may mean who types; nothing for who may not use the bot there. */
  suggest(what: Suggested, typed: string, most: number, from: From): Promise<readonly Choice[]>;
  /** What somebody may be offered to begin with; nothing for who may not, and is told so once they write. */
  offers(from: From): Promise<readonly Beginning[]>;
  /** Says hello where the bot was invited, once; resolves with whether that is over with. */
  greet(invitation: Invitation): Promise<boolean>;
  /** Whether the config lets the bot be used in a channel. */
  mayTalkIn(channel: string): boolean;
  /** Somebody's own page. */
  overview(from: From): Promise<Card>;
};

export function createController(parts: ControllerParts, traits: Traits, admission: Admission): Controller {
  const gate = createGate(parts, admission);
  const deps: ControllerDeps = { ...parts, gate, traits };

  /** Does `work` for somebody who may, with what belongs there; else says why not. */
  async function gated<T>(
    from: From,
    refuse: (reason: string) => T,
    work: () => Promise<T>,
    named: ReturnType<typeof namedByAction> = {},
  ) {
    const refusal =
      (await gate.refusal(from.place, from.who)) ?? (await strangeTo(parts.whereabouts, named, from));
    return refusal === undefined ? work() : refuse(refusal);
  }

  return {
    message: (message, changed, edit) => onMessage(deps, message, changed, edit),
    edited: (message, edit, changed) => onEdit(deps, message, edit, changed),
    deleted: (message) => onDeleted(deps, message),
    foundLater: async (address, text, sourceId) =>
      void (await parts.intake.operate(address, { kind: 'background', text }, sourceId)),
    isFirst: parts.intake.isFirst,
    act: (action, from) =>
      gated(
        from,
        notice,
        async () => (action === undefined ? notice(OLD) : act(deps, action, from)),
        action && namedByAction(action),
      ),
    submit: (subject, given, from) =>
      gated<Taken>(
        from,
        (reason) => ({ ok: false, reason }),
        async () => (subject === undefined ? { ok: false, reason: OLD } : submit(deps, subject, given, from)),
        subject && namedByForm(subject),
      ),
    command: (asked, from, begin) => gated(from, notice, () => command(deps, asked, from, begin)),
    point: (subject, from) => gated(from, notice, async () => ({ kind: 'form', form: askForm(subject) })),
    suggest: (what, typed, most, from) =>
      gated<readonly Choice[]>(
        from,
        () => [],
        () => suggestions(deps, { what, typed, most }, from),
      ),
    offers: (from) =>
      gated<readonly Beginning[]>(
        from,
        () => [],
        async () => BEGINNINGS,
      ),
    greet: (invitation) => greet(deps, invitation),
    mayTalkIn: (channel) => isChannelAllowed(parts.access, channel),
    overview: (from) => gated(from, words, () => overview(deps, from)),
  };
}
