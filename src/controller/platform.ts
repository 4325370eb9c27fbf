import type { Accounts } from '../access/accounts.ts';
import type { ChannelRulesStore } from '../access/channel-rules.ts';
import type { Greetings } from '../access/greetings.ts';
import type { AccessRules } from '../access/rules.ts';
import type { Decisions } from '../approvals/decisions.ts';
import type { Questions } from '../approvals/questions.ts';
import type { Feedback } from '../intake/feedback.ts';
import type { Intake } from '../intake/intake.ts';
import type { Offers } from '../intake/offers.ts';
import type { FileRules } from '../intake/received.ts';
import type { JobsOverview } from '../jobs/overview.ts';
import type { Alarms } from '../jobs/tell-alarms.ts';
import type { SessionsOverview } from '../reports/sessions-overview.ts';
import type { Channel, Workspace } from '../session/address.ts';
import type { KnownRules } from '../session/channel-rules.ts';
import type { LastSeen } from '../session/store/last-seen.ts';
import type { Outbound } from '../thread/delivery/outbound.ts';
import type { Place } from '../thread/delivery/reopen-threads.ts';
import type { Holds } from '../thread/words/hello.ts';
import type { Whereabouts } from './belonging.ts';
import type { Link } from './last-seen-loop.ts';
import type { Membership } from './people.ts';

/** What a platform hands what people say and do to, and asks what it shows. */
export type PlatformParts = {
  intake: Intake;
  decisions: Decisions;
  questions: Questions;
  /** Undefined where nobody may sign in. */
  accounts: Accounts | undefined;
  lastSeen: LastSeen;
  jobs: JobsOverview;
  alarms: Alarms;
  whereabouts: Whereabouts;
  sessions: SessionsOverview;
  access: AccessRules;
  /** Whether a workspace has an account of Hugging Face to work with. */
  hasAccount(place: Workspace): boolean;
  feedback: Feedback;
  offers: Offers;
  channelRules: ChannelRulesStore;
  greetings: Greetings;
  attachments: FileRules;
  /** What can be said of models and settings besides any session. */
  models: {
    choices: readonly string[];
    describe(): Promise<string>;
    /** Who approves in a channel, and what it may spend there. */
    holds(place: Channel, known: KnownRules): Holds;
    settingsOf(place: Channel, known: KnownRules, person: (id: string) => string): string;
    /** Whether budgets have somebody who may pass them. */
    hasBudgets: boolean;
  };
  /** What the bot was not given; nothing where others than whoever runs it use it. */
  lacks: readonly Lack[];
  /** Asks for a turn of a session. */
  wake(sessionId: string): Promise<boolean>;
  reopened: Reopened;
};

/**
 * Something that the bot was not given, and what to set, in words for whoever runs it. Without a model it
 * answers nothing; without an account on the Hub it starts no job.
 */
export type Lack = { of: 'model' | 'hub'; text: string };

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
  start(parts: PlatformParts): Promise<void>;
  /** How it stands with the connection. */
  link: Pick<Link, 'isUp' | 'trouble'>;
  /** Stops taking; what has been taken is in the record. */
  stop(): Promise<void>;
};
