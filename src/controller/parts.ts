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
import type { Holds } from '../thread/words/hello.ts';
import type { Whereabouts } from './belonging.ts';

/** What the controller does with what people say and do, on whatever platform. */
export type ControllerParts = {
  intake: Intake;
  decisions: Decisions;
  questions: Questions;
  /** Undefined where nobody may sign in. */
  accounts: Accounts | undefined;
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
};
