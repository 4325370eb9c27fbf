import type { ThreadAddress } from '../../src/session/address.ts';
import type { Outgoing, Reaction } from '../../src/thread/delivery/outgoing.ts';
import type { Standing, ViewMessage } from '../../src/thread/view/view-message.ts';
import type { Chance } from './random.ts';

/** A thread, by what the platform knows it by. */
export type ThreadRef = { channel: string; id: string };

/** A message of the bot: `key` is that of its post, where it can be told. */
export type Post = { key: string; text: string; isSame(outgoing: Outgoing): boolean };

/** A card that waits for a decision. */
export type Card = { callId: string; click(who: 'ada' | 'grace', verdict: 'approve' | 'reject'): void };

/** A dialog that is open. One that says why it was not taken has failed. */
export type Dialog = { id: string; hasFailed: boolean; close(): void; send(reason: string): void };

/** Counts a fault by its name, and hands it on. */
export type Count = <T>(name: string, fault: T) => T;

/** A platform under attack: what people do on it, and what can be seen of it from outside. */
export type Ground = {
  environment: Record<string, string>;
  isConnected(): boolean;
  /** Somebody asks in a channel, or goes on in a thread; some deliveries are made twice. */
  ask(text: string, chance: Chance, thread?: ThreadRef): ThreadRef;
  /** Words of the bot in a thread. */
  said(thread: ThreadRef): string[];
  /**
   * Its answers in a thread, drafts aside: whoever goes on below a draft steers what is being written, and
   * has one answer to both.
   */
  answers(thread: ThreadRef): string[];
  /** Cards that wait for a decision. */
  open(thread: ThreadRef): Card[];
  dialogs(): Dialog[];
  /** What a message of the view should look like. */
  translate(message: ViewMessage, divisor: number): readonly Outgoing[];
  /** Posts of a thread, by their keys out of `keys`; others have the key ''. */
  posts(address: ThreadAddress, keys: readonly string[]): Post[];
  /** Reactions of the bot on the message that one should be on. */
  reactions(address: ThreadAddress, reaction: Reaction): string[];
  /** How a thread may stand by what is shown of it: one, or all that are shown alike. */
  standings(address: ThreadAddress): readonly Standing[];
  /** Disturbs the wire from now on. */
  disturb(chance: Chance, count: Count): void;
  calm(): void;
  cut(): void;
  close(): Promise<void>;
};
