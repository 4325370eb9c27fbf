import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../support/root.ts';

/** How fast things are done: so many a second, one once the one before is through, or all at once. */
export type Pace = number | 'in turn' | 'together';

/** What people ask for: words, a step with two look-ups before them, or a job. */
export type Asked = 'talk' | 'look' | 'job';

export type ToGround =
  | { kind: 'ask'; what: Asked; count: number; pace: Pace }
  | { kind: 'click'; count: number; pace: Pace }
  | { kind: 'copy'; count: number }
  | { kind: 'calls' };

/** How long each took until it was shown, and all together, in milliseconds. */
export type Times = { kind: 'times'; each: number[]; all: number };

/** A thread was copied, whose first message is `root`: by the timestamps there, those of each copy. */
export type Copies = { kind: 'copied'; root: string; threads: Record<string, string>[] };

export type Told =
  | { kind: 'ready'; environment: Record<string, string> }
  | Times
  | Copies
  | { kind: 'calls'; count: number; refused: number };

/** The doubles, in a process of their own. */
export class Ground {
  readonly environment: Readonly<Record<string, string>>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, environment: Record<string, string>) {
    this.#child = child;
    this.environment = environment;
  }

  /** `rateFactor` widens Slack's limits, for the bot as well. */
  static async start(rateFactor: number): Promise<Ground> {
    const child = fork(join(ROOT, 'test/bench/ground-process.ts'), [String(rateFactor)]);
    const told = await answerOf(child, 'ready');
    return new Ground(child, { ...told.environment, SLACK_RATE_FACTOR: String(rateFactor) });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /**
   * Somebody asks so many things, each in a thread of its own; resolves once the last answer or card is
   * shown.
   */
  ask(what: Asked, count: number, pace: Pace): Promise<Times> {
    return this.#told({ kind: 'ask', what, count, pace }, 'times');
  }

  /** Somebody approves of so many of the cards that wait; resolves once the last one shows it. */
  click(count: number, pace: Pace): Promise<Times> {
    return this.#told({ kind: 'click', count, pace }, 'times');
  }

  /** Copies the thread that was begun last, in Slack alone. */
  copy(count: number): Promise<Copies> {
    return this.#told({ kind: 'copy', count }, 'copied');
  }

  /** How many calls Slack has had, and how many of them it has refused as too many. */
  calls(): Promise<{ count: number; refused: number }> {
    return this.#told({ kind: 'calls' }, 'calls');
  }

  close(): void {
    this.#child.kill();
  }

  #told<Kind extends Told['kind']>(message: ToGround, kind: Kind): Promise<Extract<Told, { kind: Kind }>> {
    this.#child.send(message);
    return answerOf(this.#child, kind);
  }
}

function answerOf<Kind extends Told['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Told, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the doubles ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (told: Told) => {
      child.off('exit', ended);
      if (told.kind === kind) resolve(told as Extract<Told, { kind: Kind }>);
      else reject(new Error(`the doubles told ${told.kind} in place of ${kind}`));
    });
  });
}
