import { z } from 'zod';
import { messageOf } from '../lib/errors.ts';
import { parseJson } from '../lib/json.ts';
import type { Redaction } from '../lib/redaction.ts';
import type { ThreadAddress } from '../session/address.ts';
import type { Announced, MostAnnouncements } from '../session/announcements.ts';
import type { PlanItem } from '../session/state.ts';
import type { Begun, NewAnnouncements } from '../session/store/announcements.ts';
import type { ModelUsage, NewWatch } from '../session/store/record.ts';
import type { ApprovalRequest, Question, QuestionAnswer, Step, Timeline } from '../session/tool-calls.ts';
import type { Watch } from '../session/watches.ts';
import type { Evidence } from './evidence.ts';
import { operationNameOf, whyUnasked } from './unasked.ts';

/** What a call knows about where it runs. */
export type ToolContext = {
  sessionId: string;
  /** The session's thread. */
  address: ThreadAddress;
  callId: string;
  /** The research assistant makes the call, and the session's model sees nothing of what it gives. */
  isOfAssistant?: true;
  /** What people, or auto-approval, have let it do; undefined for what nobody is asked about. */
  approved: ApprovalRequest | undefined;
  /** The jobs of this session, ended ones too. */
  watches: readonly Watch[];
  signal: AbortSignal;
  /**
   * To be called right before an effect outside of the record: throws where this worker's lease has run out,
   * as it has in a process that was paused for longer, so that what a successor may already have done is not
   * done again.
   */
  assertHeld(): void;
  /**
   * What takes secrets out of texts, and finds them in what is about to be written somewhere: that is
   * refused.
   */
  redaction: Redaction;
  /**
   * Shows people the newest part of what the call prints, while it runs. May be called at any rate. `goesOn`
   * says that more of its last line may come.
   */
  show(tail: string, goesOn?: boolean): void;
  /** The same for how it stands, in a few words. */
  note(text: string): void;
  /**
   * Asks people something in the thread, and waits for their answer; undefined where nobody answers in time.
   */
  ask(question: Omit<Question, 'id' | 'answer'>): Promise<QuestionAnswer | undefined>;
  /** What earlier calls of the session have shown, in their order. */
  evidence(): readonly Evidence[];
  /** Whether an earlier call of the session told the model this. */
  wasTold(text: string): boolean;
  journal: Journal;
  announcements: Announcements;
};

/** What a call says in other channels: kept in the record, and posted from there once. */
type Announcements = {
  /**
   * Puts all of it on its way or nothing; asked for again, as after a crash, it was begun. Throws where this
   * worker has lost the session.
   */
  begin(what: NewAnnouncements, most: MostAnnouncements): Promise<Begun>;
  /** How that went so far. */
  look(): Promise<Announced[]>;
  /** The same; of what is still on its way the model is told later. */
  leave(): Promise<Announced[]>;
};

/** What a call of many steps notes down, so that it goes on from there after a crash. */
type Journal = {
  entries(): Promise<readonly unknown[]>;
  /** Kept before it returns, with what a model call took; throws where this worker has lost the session. */
  append(entry: unknown, used?: ModelUsage): Promise<void>;
};

/**
 * What a call came to. `waiting` parks the session until the watched job ends; `plan` replaces the session's
 * plan and `file` is put into the thread in the same commit; `image` is shown to a model that sees.
 */
export type ToolResult =
  | {
      kind: 'done';
      output: string;
      /** How many characters of it are kept, where it is worth more than any call may tell. */
      room?: number;
      plan?: PlanItem[];
      file?: SharedFile;
      image?: Omit<SharedFile, 'text'>;
      /** Addresses of what was made on the Hub: the thread links them. */
      made?: string[];
    }
  | { kind: 'failed'; output: string }
  /** It could not be found out whether the call had its effect; the output says how to look. */
  | { kind: 'unknown'; output: string }
  /**
   * Nothing was done, and people can mend what keeps it from being done: they are asked, and it is run again.
   */
  | { kind: 'blocked'; reason: string }
  /** `follows` is what begins by itself once the watched job has ended well: the call is run again for it. */
  | { kind: 'waiting'; watch: NewWatch; follows?: { usd: number } };

/** A file that is posted in the thread, with a line about it. */
type SharedFile = { name: string; bytes: Uint8Array; text: string };

/** What is found out about a call whose process died while it ran. */
export type Recovery = ToolResult | { kind: 'not_started' };

/** A call whose arguments have been read. */
export type PreparedCall = {
  /** What it does, as tables of operations call it (`unasked.ts`). */
  operation: string;
  /**
   * Why people need not be asked where its tool asks nothing; undefined where they are asked nevertheless.
   */
  unasked: string | undefined;
  /** The request to put before people, or undefined where the call may run at once. */
  approval(context: ToolContext): Promise<ApprovalRequest | undefined>;
  run(context: ToolContext): Promise<ToolResult>;
  /** How long it may take, where that is not as long as any call. */
  timeoutMs: number | undefined;
  /** Undefined where nothing can be found out. */
  recover: ((context: ToolContext) => Promise<Recovery>) | undefined;
  /** Whether the research assistant may make it: it looks something up and changes nothing. */
  isLookUp: boolean;
  /** The address of what it reads, as people know it; undefined where it reads nothing or only searches. */
  source: string | undefined;
  /** The job that it is about. */
  jobId: string | undefined;
};

export type Prepared = { ok: true; call: PreparedCall } | { ok: false; error: string };

export type Tool = {
  name: string;
  description: string;
  /**
   * What sessions of a thread are told of it in the place of its description; undefined where they have not
   * got it. Left out, all have it as it is described.
   */
  describedFor?(address: ThreadAddress): string | undefined;
  /** When people are asked first, in words; `never` where they are not. */
  asks: string;
  /** Whether the research assistant has it, for those of its calls that look something up. */
  research: boolean;
  /**
   * Whether it acts on the Hub under the account of whoever began the session, where they have linked one.
   */
  actsAsOwner: boolean;
  timeline: Timeline;
  /** JSON schema of the arguments, as the model is told. */
  parameters: Record<string, unknown>;
  /** Reads the model's JSON text. An error says what to mend. */
  prepare(argumentsText: string): Prepared;
  /** What the call is about, in a few words, for the timeline: never fails, whatever the arguments. */
  summary(argumentsText: string): string;
  /** What a call of it shows by having succeeded; undefined where that is nothing. */
  shows?(argumentsText: string): Evidence | undefined;
  /** The same in the words of people; undefined where it has none for these arguments. */
  step?(argumentsText: string): Step | undefined;
};

/** A tool with all that is known of it: nothing else in the program names it. */
type ToolSpec<Schema extends z.ZodType> = {
  name: string;
  description: string;
  /** Its description for the sessions of a thread; undefined where they have not got it. */
  describedFor?(address: ThreadAddress): string | undefined;
  schema: Schema;
  /** Gives it to the research assistant: all of its calls, or those that this says only look something up. */
  research?: true | ((args: z.infer<Schema>) => boolean);
  /** What people have approved is done on the Hub under the account of whoever began the session. */
  actsAsOwner?: true;
  /** The job that a call is about: it is done under the account that the job runs under. */
  jobOf?(args: z.infer<Schema>): string | undefined;
  /** The address of what a call reads, as research names its sources; undefined where it only searches. */
  sourceOf?(args: z.infer<Schema>): string | undefined;
  /** What a call shows by having succeeded: what is claimed later is held against it (`evidence.ts`). */
  shows?(args: z.infer<Schema>): Evidence | undefined;
  /** Which of its calls the timeline in the thread lists; every one by default. */
  timeline?: Timeline;
  /** A call that only reads is simply run again after a crash. */
  isReadOnly: boolean;
  /** How long a call may take, where that is not as long as any. */
  timeoutMs?: number;
  summary(args: z.infer<Schema>): string;
  /** A call as people would tell of it (`steps.ts`); without it the thread shows its name and summary. */
  step?(args: z.infer<Schema>): Step;
  /** Why people are not asked, where its name is only found out as it is made, as with servers of tools. */
  unasked?: string;
  /**
   * When `approval` asks people, in words, for those who read about the tool; by default what the table of
   * those that they are not asked about says (`unasked.ts`).
   */
  asks?: string;
  approval?(args: z.infer<Schema>, context: ToolContext): Promise<ApprovalRequest | undefined>;
  run(args: z.infer<Schema>, context: ToolContext): Promise<ToolResult>;
  recover?(args: z.infer<Schema>, context: ToolContext): Promise<Recovery>;
};

/**
 * Makes a tool of its parts: the schema is both what the model is told and what its arguments are checked
 * with.
 */
export function defineTool<Schema extends z.ZodType>(spec: ToolSpec<Schema>): Tool {
  function prepare(argumentsText: string): Prepared {
    const json = argumentsIn(argumentsText);
    if (!json.ok) return { ok: false, error: `The arguments are not valid JSON: ${json.error}` };
    const parsed = spec.schema.safeParse(json.value);
    if (!parsed.success) return { ok: false, error: `Wrong arguments:\n${z.prettifyError(parsed.error)}` };
    const args = parsed.data;
    const { recover } = spec;
    const operation = operationNameOf(spec.name, args);
    return {
      ok: true,
      call: {
        operation,
        unasked: spec.unasked ?? whyUnasked(spec.name, operation),
        approval: async (context) => spec.approval?.(args, context),
        run: (context) => spec.run(args, context),
        timeoutMs: spec.timeoutMs,
        recover: recover
          ? (context) => recover(args, context)
          : spec.isReadOnly
            ? async () => ({ kind: 'not_started' })
            : undefined,
        isLookUp: typeof spec.research === 'function' ? spec.research(args) : spec.research === true,
        source: spec.sourceOf?.(args),
        jobId: spec.jobOf?.(args),
      },
    };
  }

  function read<Said>(argumentsText: string, say: (args: z.infer<Schema>) => Said): Said | undefined {
    const json = argumentsIn(argumentsText);
    const parsed = json.ok ? spec.schema.safeParse(json.value) : undefined;
    return parsed?.success ? say(parsed.data) : undefined;
  }

  const parameters = z.toJSONSchema(spec.schema, { io: 'input', target: 'draft-7' }) as Record<
    string,
    unknown
  >;
  delete parameters.$schema;
  const { name, description, timeline = 'every_call' } = spec;
  const asksByItself = spec.unasked === undefined && whyUnasked(name, name) === undefined;
  return {
    name,
    description,
    ...(spec.describedFor ? { describedFor: (address) => spec.describedFor?.(address) } : {}),
    asks: spec.asks ?? (asksByItself ? 'always' : 'never'),
    research: spec.research !== undefined,
    actsAsOwner: spec.actsAsOwner === true,
    timeline,
    parameters,
    prepare,
    summary: (text) => read(text, (args) => spec.summary(args)) ?? '',
    step: (text) => read(text, (args) => spec.step?.(args)),
    shows: (text) => read(text, (args) => spec.shows?.(args)),
  };
}

/** Models send an empty text for a call without arguments. */
function argumentsIn(text: string): { ok: true; value: unknown } | { ok: false; error: string } {
  try {
    return { ok: true, value: text.trim() === '' ? {} : parseJson(text) };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  }
}
