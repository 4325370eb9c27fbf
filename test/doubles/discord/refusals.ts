import { MessageFlags } from 'discord-api-types/v10';
import { BOT_USER, type DiscordThread, type Guild } from './guild.ts';
import { invalid, type Refusal } from './problems.ts';

type Request = { method: string; path: string; body: Record<string, unknown> };

/** A permission of the bot's that may be missing everywhere. */
type Permission = 'SendMessages' | 'ManageThreads' | 'SendMessagesInThreads' | 'ViewChannel' | 'AddReactions';

const refusal = (status: number, code: number, message: string): Refusal => ({
  status,
  body: { message, code },
});

const MISSING_ACCESS = refusal(403, 50_001, 'Missing Access');
const MISSING_PERMISSIONS = refusal(403, 50_013, 'Missing Permissions');
const ARCHIVED = refusal(400, 50_083, 'Thread is archived');
const LOCKED = refusal(403, 160_005, 'Thread is locked');
const TOO_MANY_THREADS = refusal(400, 160_006, 'Maximum number of active threads reached');
const TOO_MANY_EDITS = refusal(
  400,
  30_046,
  'Maximum number of edits to messages older than 1 hour reached. Try again later.',
);

/**
 * What Discord refuses besides what is malformed, by what it is about:
 * https://docs.discord.com/developers/topics/threads. An archived thread takes new messages, which open it,
 * and no changes; a locked one takes neither, of whom may not manage threads.
 */
export class Refusals {
  /** What the bot is not allowed. */
  readonly lacks = new Set<Permission>();
  /** The same in single channels. */
  readonly lacksIn = new Map<string, Permission>();
  /** Active threads that the guild has room for. */
  maxActiveThreads = 1_000;
  /** How many edits of messages older than an hour are taken. */
  oldEdits = Number.POSITIVE_INFINITY;
  /** Makes messages of the bot count as older than an hour. */
  isLong = false;
  readonly #scripted: { call: RegExp; refusal: Refusal; when: (body: Request['body']) => boolean }[] = [];

  /** Makes every call that matches (`PATCH /channels/1/messages/2`) fail with a code, until it is lifted. */
  refuse(
    call: RegExp,
    status: number,
    code: number,
    when: (body: Request['body']) => boolean = () => true,
  ): void {
    this.#scripted.push({ call, refusal: refusal(status, code, `scripted ${code}`), when });
  }

  lift(): void {
    this.#scripted.length = 0;
    this.lacks.clear();
    this.lacksIn.clear();
    this.maxActiveThreads = 1_000;
    this.oldEdits = Number.POSITIVE_INFINITY;
    this.isLong = false;
  }

  /** Why a call is refused; undefined where it is taken, as far as this goes. */
  of(request: Request, guild: Guild): Refusal | undefined {
    const call = `${request.method} ${request.path}`;
    const scripted = this.#scripted.find((item) => item.call.test(call) && item.when(request.body));
    if (scripted) return scripted.refusal;
    const [, place = '', rest = ''] = /^\/channels\/(\d+)(.*)$/.exec(request.path) ?? [];
    if (place === '') return undefined;
    const lacks = (permission: Permission) =>
      this.lacks.has(permission) || this.lacksIn.get(place) === permission;
    if (lacks('ViewChannel')) return MISSING_ACCESS;
    const isMessage = request.method === 'POST' && rest === '/messages';
    if (isMessage && !guild.threads.has(place) && lacks('SendMessages')) return MISSING_PERMISSIONS;
    if (rest.includes('/reactions/') && this.lacks.has('AddReactions')) return MISSING_PERMISSIONS;
    if (request.method === 'POST' && rest.endsWith('/threads')) return this.#ofThreads(guild, request.body);
    const thread = guild.threads.get(place);
    const inThread = thread && request.method !== 'GET' ? this.#inThread(thread, request, rest) : undefined;
    if (inThread) return inThread;
    return rest.startsWith('/messages/') ? this.#ofEdit(guild, request, rest) : undefined;
  }

  #ofThreads(guild: Guild, body: Request['body']): Refusal | undefined {
    const name = nameProblem(body.name);
    if (name) return name;
    const active = [...guild.threads.values()].filter(({ archived }) => !archived).length;
    return active >= this.maxActiveThreads ? TOO_MANY_THREADS : undefined;
  }

  #inThread(thread: DiscordThread, request: Request, rest: string): Refusal | undefined {
    const isManager = !this.lacks.has('ManageThreads');
    const isLocked = thread.locked === true && !isManager;
    if (rest === '') {
      const isOpening = request.body.archived === false;
      if (isOpening && isLocked) return MISSING_PERMISSIONS;
      if (thread.archived && !isOpening) return ARCHIVED;
      const renames = request.body.name !== undefined && !isManager;
      return renames
        ? MISSING_PERMISSIONS
        : request.body.name === undefined
          ? undefined
          : nameProblem(request.body.name);
    }
    const isMessage = request.method === 'POST' && rest === '/messages';
    const isTyping = request.method === 'POST' && rest === '/typing';
    if ((isMessage || isTyping) && this.lacks.has('SendMessagesInThreads')) return MISSING_PERMISSIONS;
    if (isMessage) return isLocked ? (thread.archived ? ARCHIVED : LOCKED) : undefined;
    if (thread.archived) return ARCHIVED;
    if (isLocked) return LOCKED;
    return undefined;
  }

  #ofEdit(guild: Guild, { method, body }: Request, rest: string): Refusal | undefined {
    const [, id = ''] = /^\/messages\/(\d+)$/.exec(rest) ?? [];
    const message = guild.messages.get(id);
    if (method !== 'PATCH' || message?.author.id !== BOT_USER.id) return undefined;
    if (this.isLong && this.oldEdits-- <= 0) return TOO_MANY_EDITS;
    // What has become a message of components stays one.
    const isV2 = (message.flags & MessageFlags.IsComponentsV2) !== 0;
    return isV2 && body.content
      ? invalid({ content: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2' })
      : undefined;
  }
}

/** A thread's name has 1 to 100 characters of well-formed Unicode, and says something. */
function nameProblem(given: unknown): Refusal | undefined {
  const name = String(given ?? '');
  if (name.trim() === '') return invalid({ name: 'BASE_TYPE_REQUIRED' });
  if (name.length > 100) return invalid({ name: 'BASE_TYPE_BAD_LENGTH' });
  return name.isWellFormed() ? undefined : invalid({ name: 'STRING_TYPE_UTF8' });
}
