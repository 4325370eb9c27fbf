import type { Seen } from '../../src/controller/actions.ts';
import type { Control } from '../../src/controller/controls.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { AnswerForm } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import type { JobView, Mood, StatusView, ViewBody } from '../../src/thread/view/view-message.ts';
import type { Style } from '../../src/thread/view/words.ts';

/* What a platform prints messages of a thread with. */

/** How a card looks as a whole. */
export type Tone = JobView['tone'];

/** Characters that a platform gives to each part of a card. */
export type Rooms = Readonly<
  Record<
    | ('detail' | 'plan' | 'links' | 'timeline' | 'tail' | 'writing')
    | (
        | 'blocked'
        | 'factLine'
        | 'facts'
        | 'warnings'
        | 'warningLines'
        | 'preview'
        | 'previewBlock'
        | 'changed'
      )
    | ('jobLinks' | 'jobMessage' | 'progress' | 'jobTail' | 'question' | 'file'),
    number
  >
>;

/** A value of a call that may be changed on its card, by choosing another. */
type Picked = {
  argument: string;
  label: string;
  options: readonly string[];
  /** How options are called, where not by what they are. */
  names?: Readonly<Record<string, string>> | undefined;
  value: string | undefined;
};

/**
 * Whom a message calls (platform ids), and the pieces of it by which they can act. `isElsewhere`: what they
 * would decide on is in the thread besides, so they can act on a message that does not show it.
 */
export type Call<Piece> = {
  people: readonly string[];
  buttons: readonly Piece[];
  isElsewhere: boolean;
  /** The whole message without marks, where the platform has a printer for that. */
  unmarked?: readonly Piece[];
};

/** How a platform prints. `Piece` is a piece of one of its messages. */
export type Printer<Piece> = {
  style: Style;
  rooms: Rooms;
  reactions: Readonly<Record<Mood, string>>;
  answers: AnswerForm;
  /**
   * A message of some pieces. `headline` is what a notification of it says, which whom it calls gets, with
   * `call`.
   */
  message(headline: string, pieces: readonly Piece[], tone: Tone, call?: Call<Piece>): Outgoing;
  /** Whether threads can show how they stand as a whole. */
  showsStanding: boolean;
  /** What the thread is called; nothing where its threads have no names. */
  named(text: string, address: Pick<ThreadAddress, 'channel'>): Outgoing[];
  /** `controls`: what can be done about what it tells of. */
  notice(body: ViewBody & { kind: 'notice' }, divisor: number, controls: readonly Control[]): Outgoing[];
  /** Prints without marks, where a message that calls people is first what a phone shows as it is. */
  unmarked?: Printer<Piece>;
  /** Text from elsewhere that has so much room: it means nothing to the platform, and notifies nobody. */
  quoted(text: string, limit: number): string;
  quotedLines(lines: readonly string[], limit: number): string;
  /** The line that names what a session is about. */
  sessionTitle(text: string): string;
  /** The line that says what a call would do; `called` is whom it calls, in the platform's markup. */
  callTitle(text: string, called: string): string;
  /** The first lines of a status; where there is room beside them, with its button. */
  lead(text: string, beside: Control | undefined): Piece[];
  /** The plan of a status, where the platform has a form of its own for that. */
  plan?(status: StatusView): Piece[];
  text(text: string): Piece[];
  small(text: string): Piece[];
  code(text: string, limit: number): Piece[];
  smallCode(text: string, limit: number): Piece[];
  facts(facts: readonly { label: string; value: string }[]): Piece[];
  buttons(buttons: readonly Control[]): Piece[];
  /** What ends a status: its button where that is not beside its first lines, and the session's menu. */
  foot(control: Control | undefined, hasMenu: boolean, more: readonly Control[]): Piece[];
  /** What a call can be decided by, and what can be chosen for it. */
  decision(toolCallId: string, buttons: readonly Control[], choices: readonly Picked[]): Piece[];
  /** The value by which a button names the script of a call. Messages keep theirs for good. */
  scriptValue(call: Seen): string;
  /** The values of a button that is about several calls; undefined where it has no room for them. */
  allValues(open: readonly Seen[]): readonly string[] | undefined;
  /** Whether a call that was decided still shows who had changed it. */
  keepsChange: boolean;
};
