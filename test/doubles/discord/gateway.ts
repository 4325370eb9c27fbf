import type { Server } from 'node:http';
import { GatewayCloseCodes, GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import { type WebSocket, WebSocketServer } from 'ws';
import { APPLICATION, BOT_USER, GUILD, type Guild, rawUser, SECOND_GUILD } from './guild.ts';
import { rawGuild } from './raw-guild.ts';

type Sent = { op: number; d: unknown; s: number | null; t: string | null };
type Session = { id: string; intents: number; seq: number; sent: Sent[]; socket: WebSocket | undefined };

/**
 * Discord's gateway: https://docs.discord.com/developers/events/gateway. HELLO, IDENTIFY and READY,
 * heartbeats, dispatches with sequence numbers, RESUME with what was missed, invalid sessions.
 */
export class Gateway {
  readonly #server: WebSocketServer;
  readonly #guild: Guild;
  readonly #token: () => string;
  readonly #url: () => string;
  readonly #sessions = new Map<string, Session>();
  /** How often somebody resumed, and identified. */
  readonly counts = { resumed: 0, identified: 0 };
  /** How often somebody has begun to connect. */
  attempts = 0;
  /**
   * How far a connection gets: `hello` says nothing once it is open, `ready` answers nobody who identifies.
   */
  silentFrom: 'hello' | 'ready' | undefined;
  /** Whether connections are cut as soon as they are open. */
  cutsAtOnce = false;
  /** How often it wants to hear a heartbeat. */
  heartbeatMs = 41_250;
  readonly #frozen = new WeakSet<WebSocket>();
  /** Whether the privileged intent for message contents is turned on for the application. */
  allowsMessageContent = true;

  constructor(server: Server, guild: Guild, token: () => string, url: () => string) {
    this.#guild = guild;
    this.#token = token;
    this.#url = url;
    this.#server = new WebSocketServer({ server, path: '/gateway' });
    this.#server.on('connection', (socket) => this.#talk(socket));
  }

  get connections(): number {
    return [...this.#sessions.values()].filter(({ socket }) => socket !== undefined).length;
  }

  /** Tells every connected client of something that it has the intents for. */
  dispatch(event: string, data: unknown, needed = 0): void {
    for (const session of this.#sessions.values()) {
      if ((session.intents & needed) !== needed) continue;
      const sent = { op: GatewayOpcodes.Dispatch, d: data, s: ++session.seq, t: event };
      session.sent.push(sent);
      if (session.socket && !this.#frozen.has(session.socket)) send(session.socket, sent);
    }
  }

  hasMessageContent(): boolean {
    return [...this.#sessions.values()].some(
      ({ intents }) => (intents & GatewayIntentBits.MessageContent) !== 0,
    );
  }

  /** Cuts all connections; with `forgets` their sessions can't be resumed. */
  disconnect(forgets = false): void {
    for (const session of this.#sessions.values()) session.socket?.terminate();
    if (forgets) this.#sessions.clear();
  }

  /** All connections are dead from now on, and nobody is told: nothing is read, answered or sent on them. */
  freeze(): void {
    for (const socket of this.#server.clients) {
      this.#frozen.add(socket);
      socket.pause();
    }
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #talk(socket: WebSocket): void {
    let session: Session | undefined;
    this.attempts++;
    if (this.cutsAtOnce) return void socket.terminate();
    if (this.silentFrom === 'hello') return;
    send(socket, {
      op: GatewayOpcodes.Hello,
      d: { heartbeat_interval: this.heartbeatMs },
      s: null,
      t: null,
    });
    socket.on('message', (bytes) => {
      const { op, d } = JSON.parse(String(bytes)) as { op: number; d: Record<string, unknown> };
      if (op === GatewayOpcodes.Heartbeat) {
        return send(socket, { op: GatewayOpcodes.HeartbeatAck, d: null, s: null, t: null });
      }
      if (this.silentFrom === 'ready') return;
      if (op === GatewayOpcodes.Identify) session = this.#identify(socket, d);
      if (op === GatewayOpcodes.Resume) session = this.#resume(socket, d);
    });
    socket.on('close', () => {
      if (session?.socket === socket) session.socket = undefined;
    });
  }

  #identify(socket: WebSocket, d: Record<string, unknown>): Session | undefined {
    if (d.token !== this.#token()) {
      socket.close(GatewayCloseCodes.AuthenticationFailed);
      return undefined;
    }
    const intents = Number(d.intents);
    if ((intents & GatewayIntentBits.MessageContent) !== 0 && !this.allowsMessageContent) {
      socket.close(GatewayCloseCodes.DisallowedIntents);
      return undefined;
    }
    this.counts.identified++;
    const session: Session = { id: `session-${this.counts.identified}`, intents, seq: 0, sent: [], socket };
    this.#sessions.set(session.id, session);
    const guilds = this.#guild.hasSecond ? [GUILD, SECOND_GUILD] : [GUILD];
    const ready = {
      v: 10,
      user: rawUser(BOT_USER),
      guilds: guilds.map((id) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.#url(),
      shard: d.shard ?? [0, 1],
      application: { id: APPLICATION, flags: 0, flags_new: '0' },
    };
    for (const [event, data] of [
      ['READY', ready],
      ...guilds.map((id) => ['GUILD_CREATE', rawGuild(this.#guild, id)] as const),
    ] as const) {
      const sent = { op: GatewayOpcodes.Dispatch, d: data, s: ++session.seq, t: event };
      session.sent.push(sent);
      send(socket, sent);
    }
    return session;
  }

  #resume(socket: WebSocket, d: Record<string, unknown>): Session | undefined {
    const session = this.#sessions.get(String(d.session_id));
    if (session === undefined || d.token !== this.#token()) {
      send(socket, { op: GatewayOpcodes.InvalidSession, d: false, s: null, t: null });
      return undefined;
    }
    this.counts.resumed++;
    session.socket = socket;
    for (const sent of session.sent) if ((sent.s ?? 0) > Number(d.seq)) send(socket, sent);
    send(socket, { op: GatewayOpcodes.Dispatch, d: {}, s: ++session.seq, t: 'RESUMED' });
    return session;
  }
}

const send = (socket: WebSocket, payload: Sent) => socket.send(JSON.stringify(payload));
