import type { FileRules } from '../intake/received.ts';
import type { SessionsOverview } from '../reports/sessions-overview.ts';
import type { LastSeen } from '../session/store/last-seen.ts';
import type { Outbound } from '../thread/delivery/outbound.ts';
import type { Place } from '../thread/delivery/reopen-threads.ts';
import type { Admission } from './admission.ts';
import type { Controller } from './controller.ts';
import type { Elsewhere, MayReadThread } from './elsewhere.ts';
import type { Link } from './last-seen-loop.ts';
import type { Membership } from './people.ts';
import type { Traits } from './traits.ts';

export type { FileRules, LastSeen, Place };

/** What a platform is handed, which is all that it can do besides showing threads. */
export type PlatformPorts = {
  /**
   * What people say and do is given to: for a platform, or a workspace, that is like `traits` says, and lets
   * in whom `admission` does.
   */
  controllerOf(traits: Traits, admission: Admission): Controller;
  /** Since when nobody listened, and where something may have been written meanwhile. */
  lastSeen: LastSeen;
  workIn: SessionsOverview['workIn'];
  reopened: Reopened;
  /** What files are taken. */
  files: FileRules;
  /** Threads of other platforms, for whoever may read them there. */
  elsewhere: Elsewhere;
  /** The models that can be chosen. */
  models: readonly string[];
  /** What the bot was not given; nothing in a process without workers, which does not know what they have. */
  lacks: readonly Lack[];
  /** Takes what is lacking; undefined where nothing is, or others than whoever runs the bot use it. */
  setUp: SetUp | undefined;
};

/**
 * Something that the bot was not given, and what to set, in words for whoever runs it. Without a model it
 * answers nothing; without an account on the Hub it starts no job.
 */
export type Lack = {
  of: 'model' | 'hub';
  text: string;
  /** The same for a place where it can be given at once. */
  textHere: string;
  /** What was found instead, a line each. */
  found: readonly string[];
};

/**
 * Gives the bot what it lacks, for good. What is given is checked with whoever it is for, kept in `.env`, and
 * in use once the program has started anew, which it does by itself. A secret is in no answer.
 */
export type SetUp = {
  /** What can be given: what is lacking. */
  takes: { token: boolean; model: boolean };
  /** A token of Hugging Face. */
  giveToken(token: string): Promise<SetUpAnswer>;
  /** A server that speaks OpenAI's API; an empty key is none, an empty model the only one that it has. */
  giveModel(server: { address: string; key: string; model: string }): Promise<SetUpAnswer>;
  /** Looks for a model anew, in what is set by now and on this machine. */
  lookAgain(): Promise<SetUpAnswer>;
};

/** `told` is markdown; a problem is plain text, on one of the fields or all that was given. */
export type SetUpAnswer =
  | { ok: true; told: string }
  | {
      ok: false;
      field?: 'token' | 'address' | 'key' | 'model';
      problem: string;
      choices?: readonly string[];
    };

/** Told that a place may take again what it has refused. */
export type Reopened = (place: Place) => Promise<void>;

/**
 * A place where people chat, as the rest of the program sees it: it shows threads, and may know who is in its
 * groups.
 */
export type Platform = Membership & {
  /**
   * Shows messages in threads; and may tell somebody, where nobody else sees it, that a thread takes nothing.
   */
  outbound: Outbound;
  /** Starts to take what people say, and reads back what was said while nobody listened. */
  start(ports: PlatformPorts): Promise<void>;
  /** How it stands with the connection. */
  link: Pick<Link, 'isUp' | 'trouble'>;
  /** Stops taking; what has been taken is in the record. */
  stop(): Promise<void>;
  /** Left out by a platform whose threads nobody opens elsewhere. */
  mayRead?: MayReadThread;
  /** Where a session's thread can be opened by who may read it, whatever its platform. */
  opens?(sessionId: string): string;
};
