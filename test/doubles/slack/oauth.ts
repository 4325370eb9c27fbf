import { randomBytes } from 'node:crypto';
import { BOT } from './workspace.ts';

const AT_ONCE_MS = 2_000;

type Granted = { team: string; expiresAt: number };

/**
 * Slack's side of installing an app by OAuth, with token rotation:
 * https://docs.slack.dev/authentication/using-token-rotation. A code is good once, and a renewed token takes
 * the old one's place. Two who renew at the same time are given different tokens, of which one is worth
 * nothing (https://github.com/slackapi/node-slack-sdk/issues/2504).
 */
export class Oauth {
  readonly client = { id: '123.456', secret: randomBytes(8).toString('hex') };
  /** How long tokens last, in seconds; Slack's own do for twelve hours. */
  expiresIn = 43_200;
  readonly #codes = new Map<string, string>();
  readonly #tokens = new Map<string, Granted>();
  readonly #refreshes = new Map<string, string>();
  /** Tokens that were renewed with, which two may do at the same time. */
  readonly #used = new Map<string, { team: string; at: number }>();
  #renewals = 0;
  #given = 0;

  /** Whether the app has been installed this way: only tokens that were given out are good then. */
  get isUsed(): boolean {
    return this.#given > 0;
  }

  get renewals(): number {
    return this.#renewals;
  }

  /** Somebody of a workspace presses "Allow": where they are sent back to. */
  allow(authorizeUrl: string, team: string): string {
    const asked = new URL(authorizeUrl);
    if (asked.searchParams.get('client_id') !== this.client.id) throw new Error('invalid_client_id');
    const code = randomBytes(8).toString('hex');
    this.#codes.set(code, team);
    const state = asked.searchParams.get('state') ?? '';
    return `/slack/oauth_redirect?code=${code}&state=${encodeURIComponent(state)}`;
  }

  /** `oauth.v2.access`. */
  access(args: Record<string, unknown>): Record<string, unknown> & { ok: boolean } {
    if (args.client_id !== this.client.id || args.client_secret !== this.client.secret) {
      return { ok: false, error: 'bad_client_secret' };
    }
    const isRenewal = args.grant_type === 'refresh_token';
    const given = isRenewal ? this.#refreshes : this.#codes;
    const key = String(isRenewal ? args.refresh_token : args.code);
    const team = given.get(key) ?? (isRenewal ? this.#usedJustNow(key) : undefined);
    given.delete(key);
    if (isRenewal && team !== undefined) this.#used.set(key, { team, at: Date.now() });
    if (team === undefined) return { ok: false, error: isRenewal ? 'invalid_refresh_token' : 'invalid_code' };
    if (isRenewal) this.#renewals++;
    this.revoke(team);
    const token = `xoxe.xoxb-1-${randomBytes(12).toString('hex')}`;
    const refresh = `xoxe-1-${randomBytes(12).toString('hex')}`;
    this.#given++;
    this.#tokens.set(token, { team, expiresAt: Date.now() + this.expiresIn * 1000 });
    this.#refreshes.set(refresh, team);
    return {
      ok: true,
      access_token: token,
      token_type: 'bot',
      refresh_token: refresh,
      expires_in: this.expiresIn,
      scope: 'chat:write',
      bot_user_id: BOT.user_id,
      app_id: BOT.app_id,
      team: { id: team, name: 'Double' },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: 'U0ADA' },
    };
  }

  #usedJustNow(refresh: string): string | undefined {
    const used = this.#used.get(refresh);
    return used && Date.now() - used.at < AT_ONCE_MS ? used.team : undefined;
  }

  /** Makes the tokens of a workspace worthless. */
  revoke(team: string): void {
    for (const [token, granted] of this.#tokens) if (granted.team === team) this.#tokens.delete(token);
  }

  /** The workspace that a token is good for, or what Slack says of it. */
  teamOf(token: string): { team: string } | { error: string } {
    const granted = this.#tokens.get(token);
    if (granted === undefined) return { error: 'token_revoked' };
    return granted.expiresAt < Date.now() ? { error: 'token_expired' } : { team: granted.team };
  }
}
