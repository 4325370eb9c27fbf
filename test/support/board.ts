import { z } from 'zod';
import { actionOf } from '../../src/controller/actions.ts';
import { ADMITS_ALL } from '../../src/controller/admission.ts';
import type { Answer } from '../../src/controller/answers.ts';
import { type Command, commandNamed } from '../../src/controller/commands.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { Form, Given } from '../../src/controller/forms.ts';
import type { From } from '../../src/controller/from.ts';
import type { Who } from '../../src/controller/people.ts';
import type { Platform, PlatformPorts } from '../../src/controller/platform.ts';
import type { PlatformDefinition } from '../../src/controller/platform-definition.ts';
import type { Traits } from '../../src/controller/traits.ts';
import { tableLines } from '../../src/lib/table-lines.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import { byKind } from '../../src/thread/delivery/by-kind.ts';
import type { Failed, Outbound } from '../../src/thread/delivery/outbound.ts';
import type { BytesOf, Outgoing } from '../../src/thread/delivery/outgoing.ts';
import { batchText, callText, decisionText, factsText } from '../../src/thread/view/approval-words.ts';
import type { ViewBody, ViewMessage } from '../../src/thread/view/view-message.ts';
import {
  jobLines,
  planText,
  progressText,
  questionText,
  type Style,
  statusLine,
  timelineText,
} from '../../src/thread/view/words.ts';

/*
 * A platform of a few lines, beside Slack and Discord: a board in memory, whose messages are plain text with
 * buttons below. It shows that one more platform takes nothing but its own adapter.
 */

type Button = { label: string; name: string; values: readonly string[] };
type Post = { id: string; key: string; text: string; buttons: readonly Button[] };

const Body = z.object({
  text: z.string(),
  buttons: z.array(
    z.object({
      label: z.string(),
      name: z.string(),
      values: z.array(z.string()),
    }),
  ),
});

const STYLE: Style = {
  plain: (text) => text,
  sentence: (text) => text,
  bold: (text) => text.toUpperCase(),
  italic: (text) => text,
  code: (text) => text,
  link: (url, label) => `${label} (${url})`,
  person: (id) => `@${id}`,
  group: (id) => `@${id}`,
  thread: ({ thread }) => `#${thread}`,
  moment: (at) => at.toISOString(),
};

const TRAITS: Traits = {
  platform: 'board',
  style: STYLE,
  slash: '/intern',
  managers: 'whoever keeps this board',
  asksWhetherSure: false,
  form: { fields: 20, textCharacters: 10_000 },
  listed: { sessions: 5, jobs: 5 },
  signsInByCommand: true,
  takesCommandsInThreads: false,
  threadLink: ({ thread }) => `#${thread}`,
  titledLink: ({ thread }, title) => `${title} #${thread}`,
  messageUrl: ({ thread }, messageId) => `board://${thread}/${messageId}`,
  nameOf: async (id) => id,
};

const whoIs = (person: string): Who => ({ id: person, person: async () => ({ id: person, name: person }) });

const RATE = { perMinute: 6_000, burst: 100, per: 'workspace' as const };

/**
 * What people see of the board, and do on it. It has nothing that a platform may leave out: no groups, guests
 * or admins, and no place where one person alone is told something.
 */
export class Board {
  readonly posts = new Map<string, Post[]>();
  readonly reactions = new Map<string, Set<string>>();
  readonly files: { thread: string; name: string; text: string }[] = [];
  /** What single people were told. */
  readonly told: { person: string; text: string }[] = [];
  /** It takes nothing until somebody opens it again. */
  isClosed = false;
  /** How often it has taken nothing. */
  refusals = 0;
  #ports: PlatformPorts | undefined;
  #controller: Controller | undefined;
  #count = 0;

  readonly definition: PlatformDefinition = {
    name: 'board',
    title: 'Board',
    settings: z.object({}),
    variables: {},
    looks: [],
    mentions: {
      kindOf: (who) => (who === '' ? undefined : 'person'),
      person: (id) => `@${id}`,
      group: (id) => `@${id}`,
    },
    leastSettings: 'nothing',
    isBegun: () => true,
    needs: () => ({ faults: [], needs: [] }),
    isConfigured: () => true,
    probes: () => [],
    connect: async (_configured, { bytesOf }) => this.#platform(bytesOf),
  };

  get isListening(): boolean {
    return this.#ports !== undefined;
  }

  /** Somebody writes: something new, or in a thread. Returns the thread. */
  async say(person: string, text: string, thread?: string, at = new Date()): Promise<string> {
    const id = String(++this.#count);
    const address = this.#address(thread ?? id);
    await this.#controlled().message({
      address,
      sourceId: `board:${id}`,
      messageId: id,
      writtenAt: { at, order: this.#count },
      isAddressed: true,
      isReply: thread !== undefined,
      who: async () => whoIs(person),
      words: async () => text,
      fileIds: [],
      files: async () => [],
      shown: async () => '',
      background: async () => ({ background: {} }),
      tell: async (said) => void this.told.push({ person, text: said }),
    });
    return address.thread;
  }

  /** Somebody presses a button that a thread shows. */
  async press(person: string, thread: string, label: string): Promise<Answer> {
    const button = (this.posts.get(thread) ?? [])
      .flatMap(({ buttons }) => buttons)
      .find((one) => one.label === label);
    if (button === undefined) throw new Error(`there is no button "${label}"`);
    const action = actionOf(button.name, button.values);
    const answer = await this.#controlled().act(action, this.#from(person, thread));
    if (answer.kind === 'notice') this.told.push({ person, text: answer.text });
    return answer;
  }

  submit(person: string, thread: string, { subject }: Form, values: Given['values']) {
    return this.#controlled().submit(subject, { values, files: [] }, this.#from(person, thread));
  }

  command(person: string, text: string): Promise<Answer> {
    const asked: Command = commandNamed(text);
    const begin = async (request: string, by: Person) => {
      const id = String(++this.#count);
      this.told.push({ person: by.id, text: request });
      return { ok: true as const, address: this.#address(id), messageId: id, writtenAt: undefined };
    };
    return this.#controlled().command(asked, { ...this.#from(person, ''), thread: undefined }, begin);
  }

  shows(thread: string): string {
    return (this.posts.get(thread) ?? [])
      .map(({ text, buttons }) => [text, ...buttons.map(({ label }) => `[${label}]`)].join('\n'))
      .join('\n---\n');
  }

  /** Whoever closed it opens it again, which the bot is told. */
  async open(): Promise<void> {
    this.isClosed = false;
    await this.#port().reopened({ platform: 'board' });
  }

  #refuse(): Failed {
    this.refusals++;
    return { ok: false, reason: 'closed', code: 'closed', why: 'it is closed', isPlace: true };
  }

  #address(thread: string): ThreadAddress {
    return { platform: 'board', workspace: 'board', channel: 'main', thread };
  }

  #from(person: string, thread: string): From {
    const { platform, workspace, channel } = this.#address(thread);
    return {
      who: whoIs(person),
      place: { platform, workspace, channel },
      thread: this.#address(thread),
      sourceId: `board:click:${++this.#count}`,
      isFromList: false,
    };
  }

  #port(): PlatformPorts {
    if (this.#ports === undefined) throw new Error('nobody listens');
    return this.#ports;
  }

  #controlled(): Controller {
    if (this.#controller === undefined) throw new Error('nobody listens');
    return this.#controller;
  }

  #platform(bytesOf: BytesOf): Platform {
    return {
      outbound: this.#outbound(bytesOf),
      link: { isUp: () => true },
      start: async (ports) => {
        this.#ports = ports;
        this.#controller = ports.controllerOf(TRAITS, ADMITS_ALL);
      },
      stop: async () => {
        this.#ports = undefined;
      },
    };
  }

  #outbound(bytesOf: BytesOf): Outbound {
    const failureOf = (error: unknown): Failed => ({
      ok: false,
      reason: 'unclear',
      code: 'bug',
      why: 'the board is broken',
      detail: String(error),
      isBug: true,
    });
    const of = (thread: string) => this.posts.get(thread) ?? [];
    const acts = byKind<ThreadAddress>(
      {
        post: async ({ thread }, key, { body }) => {
          if (this.isClosed) return this.#refuse();
          const id = String(++this.#count);
          this.posts.set(thread, [...of(thread), { id, key, ...Body.parse(body) }]);
          return { ok: true, platformId: id };
        },
        edit: async ({ thread }, key, platformId, { body }) => {
          const post = of(thread).find(({ id }) => id === platformId);
          if (post === undefined) return { ok: false, reason: 'gone' };
          if (this.isClosed) return this.#refuse();
          Object.assign(post, { key, ...Body.parse(body) });
          return { ok: true, platformId };
        },
        takeBack: async ({ thread }, platformId) => {
          this.posts.set(
            thread,
            of(thread).filter(({ id }) => id !== platformId),
          );
        },
        share: async ({ thread }, key, { file, text }, bytes) => {
          this.files.push({ thread, name: file.name, text: `${text}\n${Buffer.from(bytes)}` });
          return { ok: true, platformId: `${key}/${file.name}` };
        },
        react: async (_where, { on, name }) => {
          this.reactions.set(on, new Set([...(this.reactions.get(on) ?? []), name]));
          return true;
        },
        unreact: async (_where, { on, name }) => {
          this.reactions.get(on)?.delete(name);
        },
        stand: async () => ({ ok: true, platformId: 'standing' }),
        name: async () => ({ ok: true, platformId: 'title' }),
        find: async ({ thread }, key) => {
          const found = of(thread).find((post) => post.key === key);
          return found && { ok: true, platformId: found.id };
        },
      },
      { failureOf, bytesOf, reactionNames: ['working', 'waiting', 'done', 'failed', 'stopped'] },
    );
    return {
      editIntervalMs: 50,
      rates: { post: RATE, edit: RATE, reaction: RATE, streamEnd: RATE, stream: RATE },
      translate,
      plainer: () => [],
      ...acts,
    };
  }
}

function translate({ body }: ViewMessage): Outgoing[] {
  switch (body.kind) {
    case 'standing':
      return [body];
    case 'title':
      return [{ kind: 'title', text: body.text }];
    case 'reaction':
      return [{ kind: 'reaction', on: body.on, name: body.mood }];
    case 'file':
      return [{ kind: 'upload', file: { id: body.fileId, name: body.name }, text: body.text }];
    default:
      return [{ kind: 'message', body: { text: textOf(body), buttons: buttonsOf(body) } }];
  }
}

function textOf(body: Exclude<ViewBody, { kind: 'title' | 'reaction' | 'standing' | 'file' }>): string {
  switch (body.kind) {
    case 'status':
      return [statusLine(body, STYLE), planText(body, STYLE, 2_000), timelineText(body, STYLE, 2_000)].join(
        '\n',
      );
    case 'answer':
      return body.text;
    case 'approval': {
      const { request, decision } = body;
      const ending = decision === undefined ? (request.preview?.text ?? '') : decisionText(decision, STYLE);
      return [request.title, callText(body, STYLE), factsText(body, STYLE), ending].join('\n');
    }
    case 'batch':
      return batchText(body, STYLE);
    case 'question':
      return questionText(body, STYLE);
    case 'alarm':
      return [...body.mentions.map((id) => `@${id}`), body.text].join(' ');
    case 'job':
      return [jobLines(body, STYLE), progressText(body, STYLE)].join('\n');
    case 'notice':
      return [
        [...body.mentions.map((id) => `@${id}`), body.text].join(' '),
        ...(body.tables ?? []).flatMap((table) => tableLines(table, 80).rows.flat()),
      ].join('\n');
    default:
      return body satisfies never;
  }
}

function buttonsOf(body: ViewBody): Button[] {
  if (body.kind === 'status' && body.control === 'stop') return [{ label: 'Stop', name: 'stop', values: [] }];
  if (body.kind !== 'approval' || body.decision !== undefined) return [];
  const values = [`${body.toolCallId}:${body.revision}`];
  return [
    { label: 'Approve', name: 'approve', values },
    { label: 'Reject', name: 'reject', values },
    { label: 'Script', name: 'edit', values: [body.toolCallId] },
  ];
}
