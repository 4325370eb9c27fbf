import { isChannelAllowed } from '../access/rules.ts';
import { replaceScript } from '../approvals/script-files.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import type { OfferedFile } from '../session/store/incoming.ts';
import type { Action } from './actions.ts';
import type { Admission } from './admission.ts';
import { type Answer, notice, OLD, type Taken } from './answers.ts';
import { namedByAction, namedByForm, strangeTo } from './belonging.ts';
import { type Card, words } from './cards.ts';
import { catchUpCard } from './catch-up.ts';
import { act, type ControllerDeps } from './clicks.ts';
import { type BeginThread, type Command, command } from './commands.ts';
import { askForm, type Given, type Subject } from './forms.ts';
import type { From } from './from.ts';
import { createGate, type Gate } from './gate.ts';
import { greet, type Invitation } from './hello.ts';
import { overview } from './overview.ts';
import type { PlatformParts } from './platform.ts';
import { submit } from './submissions.ts';
import type { Traits } from './traits.ts';

/**
 * What people do on a platform, whatever the platform: an adapter parses what it is told into actions, forms
 * and commands, and prints what they are answered. Whether somebody may use the bot there, and whether what
 * they name belongs there, is checked here, once, before anything is done. Each call resolves once what was
 * asked for is in the record.
 */
export type Controller = {
  gate: Gate;
  /** A button or a menu. `undefined` is one that nobody knows (any more). */
  act(action: Action | undefined, from: From): Promise<Answer>;
  /** A form that was sent off. */
  submit(subject: Subject | undefined, given: Given, from: From): Promise<Taken>;
  command(asked: Command, from: From, begin: BeginThread): Promise<Answer>;
  /** Somebody points at a message, to ask something about it. */
  point(subject: Extract<Subject, { form: 'ask' }>, from: From): Promise<Answer>;
  /** What whoever joins a thread has to know, of somebody whom the gate has let in. */
  catchUp(address: ThreadAddress): Promise<Card>;
  /** Says hello where the bot was invited, once; resolves with whether that is over with. */
  greet(invitation: Invitation): Promise<boolean>;
  /** Whether the config lets the bot be used in a channel. */
  mayTalkIn(channel: string): boolean;
  /** Somebody's own page. */
  overview(from: From): Promise<Card>;
  replaceScript: ReplaceScript;
};

/**
 * Takes a file that somebody who may use the bot posts in a thread as the changed script of an open call,
 * where it is meant as one. `problem` says, for who posted it, why it could not be taken.
 */
export type ReplaceScript = (
  file: Pick<OfferedFile, 'name' | 'download'>,
  address: ThreadAddress,
  by: Person,
) => Promise<{ isMeant: boolean; problem: string | undefined }>;

export function createController(parts: PlatformParts, traits: Traits, admission: Admission): Controller {
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
    gate,
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
    catchUp: (address) => catchUpCard(deps, address),
    greet: (invitation) => greet(deps, invitation),
    mayTalkIn: (channel) => isChannelAllowed(parts.access, channel),
    overview: (from) => gated(from, words, () => overview(deps, from)),
    replaceScript: (file, address, by) => replaceScript(parts.decisions, file, address, by),
  };
}
