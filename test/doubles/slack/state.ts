import { deliverWithRetries, type Notice, type Receipt, type Transport } from './delivery.ts';
import { Dialogs } from './dialogs.ts';
import { IS_AGENT, isSubscribed } from './manifest.ts';
import { Oauth } from './oauth.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import { Refusals } from './refusals.ts';
import type { Block } from './rules.ts';
import { Uploads } from './uploads.ts';
import { BOT, teamOf, Workspace } from './workspace.ts';

export type SlackDoubleOptions = {
  port?: number;
  /** Factor on all rate limits; 1 is Slack's own. */
  rateScale?: number;
  /** Waits before an unacknowledged delivery is made again. */
  retryWaitsMs?: readonly number[];
};

/** One call that the app made, as it was answered. */
type Call = { method: string; arguments: Record<string, unknown>; error: string | undefined; at: number };

export type Ephemeral = {
  user: string | undefined;
  text: string;
  channel?: string;
  thread?: string;
  blocks?: unknown;
};

/** Slack still sends it with everything, and nothing is to rely on it: what comes is signed. */
export const VERIFICATION = 'verification-token';

/** What a workspace is made of and how the double behaves, and how the app is told of what happens in it. */
export abstract class SlackState {
  readonly workspace = new Workspace();
  readonly dialogs = new Dialogs();
  readonly uploads = new Uploads();
  readonly oauth = new Oauth();
  readonly refusals = new Refusals((event) => this.deliverEvent(event));
  readonly limits: RateLimits;
  /** What the Home tab shows to whom. */
  readonly homes = new Map<string, Block[]>();
  /** Whether the app is an agent, as its manifest says; older apps have an assistant panel instead. */
  isAgent = IS_AGENT;
  /** Agent sessions by channel and thread: their names, and how they stood, one after the other. */
  readonly sessions = new Map<string, { title: string | undefined; statuses: string[] }>();
  /** What an agent's direct message, or a thread of the assistant panel, offers to begin with. */
  readonly prompts = new Map<string, { title: string; message: string }[]>();
  readonly calls: Call[] = [];
  /** What would have notified a channel or a group. */
  readonly broadcasts: string[] = [];
  /** What only one person was told, through a response_url or chat.postEphemeral. */
  readonly ephemerals: Ephemeral[] = [];
  /** What the phones of people who were called have shown: a message's text. An edit calls nobody. */
  readonly pushes: { to: string; channel: string; text: string }[] = [];
  /** Names of files that were fetched. */
  readonly downloads: string[] = [];
  /** Fails the next calls of a method: each entry is used once. 'drop' does the work and cuts the answer. */
  readonly faults: { method: string; fault: string | number | 'drop' }[] = [];
  /** Asked for every call that no fault is set for; 'hang' never answers. */
  disturb: (method: string) => string | number | 'drop' | 'hang' | undefined = () => undefined;
  /** What became of everything that was delivered, in order: whether the app acknowledged it in time. */
  readonly receipts: { kind: Notice['kind']; isAcknowledged: boolean }[] = [];
  /** Whether the next attempt at a delivery is lost on its way. */
  loses: () => boolean = () => false;
  /** How long a call is on its way before anything is done about it. */
  latencyMs = 0;
  /** Makes every call with a bot token fail with this code. */
  tokenError: string | undefined;
  /** Attempts at deliveries that were not acknowledged in time. */
  failedAttempts = 0;
  readonly #underway = new Set<Promise<Receipt>>();
  readonly #retryWaitsMs: readonly number[];

  constructor(options: SlackDoubleOptions) {
    this.limits = createRateLimits(options.rateScale ?? 1);
    this.#retryWaitsMs = options.retryWaitsMs ?? [300, 1_000, 3_000, 5_000, 10_000];
  }

  /** How the session of a thread stands; undefined where it has none. */
  standing({ channel, ts }: { channel: string; ts: string }): string | undefined {
    return this.sessions.get(`${channel}/${ts}`)?.statuses.at(-1);
  }

  /** Where it answers. */
  abstract get url(): string;

  /** How notices reach the app at the moment. */
  protected abstract get transport(): Transport | undefined;

  /** Tells the app of something as Slack would. */
  deliverEvent(event: Record<string, unknown>, team_id = teamOf(String(event.channel ?? ''))): void {
    if (!isSubscribed(event, this.isAgent)) return;
    void this.deliver({
      kind: 'events_api',
      payload: {
        token: VERIFICATION,
        type: 'event_callback',
        event_id: `Ev${this.workspace.nextTs().replace('.', '')}`,
        event_time: Math.floor(Date.now() / 1000),
        team_id,
        api_app_id: BOT.app_id,
        authorizations: [
          {
            team_id,
            user_id: BOT.user_id,
            is_bot: true,
            enterprise_id: null,
            is_enterprise_install: false,
          },
        ],
        event: { event_ts: event.ts, ...event },
      },
    });
  }

  protected deliver(notice: Notice): Promise<Receipt> {
    // Clicks are not made again: the person sees that nothing happened and clicks once more.
    const waits = notice.kind === 'events_api' ? this.#retryWaitsMs : [];
    const receipt = deliverWithRetries(
      () => this.transport,
      notice,
      waits,
      this.loses,
      () => {
        this.failedAttempts++;
      },
    );
    this.#underway.add(receipt);
    void receipt.then(({ isAcknowledged }) => {
      this.#underway.delete(receipt);
      this.receipts.push({ kind: notice.kind, isAcknowledged });
    });
    return receipt;
  }

  /** Resolves once the app has been told of everything so far, and has said so or been given up. */
  async delivered(): Promise<void> {
    await Promise.all(this.#underway);
  }
}
