import type { AccessRules } from '../session/access.ts';
import type { Accounts } from '../session/accounts.ts';
import type { Channel } from '../session/address.ts';
import type { ChannelRulesStore, KnownRules } from '../session/channel-rules.ts';
import type { Decisions } from '../session/decisions.ts';
import type { Feedback } from '../session/feedback.ts';
import type { Intake } from '../session/intake.ts';
import type { JobsOverview } from '../session/jobs-overview.ts';
import type { Presence } from '../session/presence.ts';
import type { Questions } from '../session/questions.ts';
import type { FileRules } from '../session/received.ts';
import type { SessionsOverview } from '../session/sessions-overview.ts';
import type { Outbound } from './outbound.ts';

/** What a platform hands what people say and do to, and asks what it shows. */
export type PlatformParts = {
  intake: Intake;
  decisions: Decisions;
  questions: Questions;
  /** Undefined where nobody may sign in. */
  accounts: Accounts | undefined;
  presence: Presence;
  jobs: JobsOverview;
  sessions: SessionsOverview;
  access: AccessRules;
  feedback: Feedback;
  channelRules: ChannelRulesStore;
  attachments: FileRules;
  /** What can be said of models and settings besides any session. */
  models: {
    choices: readonly string[];
    describe(): Promise<string>;
    settingsOf(place: Channel, known: KnownRules, person: (id: string) => string): string;
    /** Whether budgets have somebody who may pass them. */
    hasBudgets: boolean;
  };
  /** Asks for a turn of a session. */
  wake(sessionId: string): Promise<boolean>;
};

/** A place where people chat, as the rest of the program sees it. */
export type Platform = {
  outbound: Outbound;
  /** Starts to take what people say, and reads back what was said while nobody listened. */
  start(parts: PlatformParts): Promise<void>;
  /** Whether somebody is in a workspace's user group or role; not where that can't be found out. */
  isMember(workspace: string, group: string, person: string): Promise<boolean>;
  /** Stops taking; what has been taken is in the record. */
  stop(): Promise<void>;
};
