import type { ThreadAddress } from '../session/address.ts';
import type { Style } from '../thread/view/words.ts';

/** What a platform is like, as far as what people do on it and are answered depends on that. */
export type Traits = {
  /** The address of its threads begins with it. */
  platform: ThreadAddress['platform'];
  style: Style;
  /** How its people begin a command, as `/ml-intern`. */
  slash: string;
  /** Who may change what holds in channels, to follow "Only …". */
  managers: string;
  /** Asks itself, with the button, whether somebody is sure. */
  asksWhetherSure: boolean;
  /** What one form has room for. */
  form: { fields: number; textCharacters: number };
  /** How many entries a list has room for. */
  listed: { sessions: number; jobs: number };
  /** Whether people sign in by a command; else there is a page of their own for it. */
  signsInByCommand: boolean;
  /** Whether a command may be given in a thread, and is told with it. */
  takesCommandsInThreads: boolean;
  /** A thread, as text that leads there. */
  threadLink(address: ThreadAddress): string;
  /** The same under a title, which is plain already. */
  titledLink(address: ThreadAddress, title: string): string;
  /** The address of a message in a thread, by the platform's id of it. */
  messageUrl(address: ThreadAddress, messageId: string): string;
  /** Somebody, in markdown that only one person sees. */
  nameOf(id: string): Promise<string>;
};
