import { readFileSync } from 'node:fs';
import type { Faults } from './open-api.ts';
import { jsonOf } from './open-api.ts';
import { type Part, partsIn, placed, type Surface } from './parts.ts';
import { type Exchange, textOf } from './recorded.ts';
import { type TypeSchema, typesOf } from './sdk-types.ts';

/** Which surface takes which block: M messages, m modals, h the Home tab. */
type Surfaces = Readonly<Record<string, string>>;

/** Arguments whose values are JSON where a form is sent. */
const STRUCTURED = new Set([
  'blocks',
  'metadata',
  'attachments',
  'view',
  'files',
  'prompts',
  'chunks',
  'unfurls',
]);

/**
 * Slack's Web API. There is no definition of it: the types of its SDK are what is known of each method, and
 * made of recorded answers.
 */
export class SlackApi {
  readonly #typeOf = typesOf('node_modules/@slack/web-api/dist/types/re*/*.d.ts');
  readonly #notices = typesOf('test/conformance/wire/notices.ts');
  readonly #made = new Map<string, TypeSchema | undefined>();
  readonly #surfaces: Surfaces;
  readonly #known: ReadonlySet<string>;
  readonly #payloads: readonly Payload[];

  /** `payloads` are what Slack has been seen to send: what they have is known, whatever the types say. */
  constructor(surfaces: string, payloads: readonly Payload[]) {
    this.#surfaces = (JSON.parse(readFileSync(surfaces, 'utf8')) as { surfaces: Surfaces }).surfaces;
    this.#payloads = payloads;
    this.#known = new Set(payloads.flatMap(({ payload }) => fieldsOf(eventIn(payload))));
  }

  /** The method that a request calls; undefined of a method that Slack's SDK does not know. */
  check(method: string, exchange: Exchange): Faults | undefined {
    const stem = method.replaceAll('.', '');
    const asked = this.#type(`${stem}Arguments`, true);
    const answered = this.#type(`${stem}Response`, false);
    if (asked === undefined || answered === undefined) return undefined;
    const body = argumentsOf(exchange);
    const answer = jsonOf(textOf(exchange.answered));
    const isTaken = Object(answer).ok === true;
    return {
      asked: isTaken ? [...faultsOf(asked, body), ...this.#blockFaults(body, surfaceOf(method))] : [],
      answered: exchange.isWhole && exchange.status === 200 ? this.#told(answered, answer) : [],
    };
  }

  /** The types of answers are made of recorded ones, and know little of what messages are made of. */
  #told(type: TypeSchema, answer: unknown): string[] {
    const { rest, parts } = partsIn(answer);
    return [...faultsOf(type, rest), ...parts.flatMap((part) => this.#partFaults(part))];
  }

  #partFaults({ kind, at, value, surface }: Part): string[] {
    const faults = faultsOf(this.#notice(TYPES[kind]), value).map((fault) => placed(at, fault));
    return kind === 'blocks' ? [...faults, ...this.#surfaceFaults(at, value, surface)] : faults;
  }

  /** What is wrong with what the app is told, over a socket or a request URL. */
  notice(kind: string, payload: unknown): string[] {
    const body = Object(payload);
    if (kind === 'events_api') {
      const faults = faultsOf(this.#notice('SlackEnvelope'), {
        ...body,
        event: { type: 'any' },
      });
      return [...faults, ...this.#event(body.event)];
    }
    if (kind === 'slash_commands') return faultsOf(this.#notice('SlackCommand'), body);
    const name = INTERACTIONS[String(body.type)];
    return name === undefined
      ? [`an interaction of type "${body.type}" is not known`]
      : this.#unless(body, this.#told(this.#notice(name), body));
  }

  #event(event: unknown): string[] {
    const type = String(Object(event).type);
    const whole = this.#notice('SlackEvent');
    const { $ref = '' } = whole.root as { $ref?: string };
    const all = whole.schemas.resolve($ref)?.properties;
    const schema = Object(all)[type];
    if (schema === undefined) return [`an event of type "${type}" is not known`];
    const { rest, parts } = partsIn(event);
    const faults = [
      ...whole.schemas.faults(schema, rest),
      ...parts.flatMap((part) => this.#partFaults(part)),
    ];
    return this.#unless(event, faults).map((fault) => `${type} ${fault}`);
  }

  /** Without what other payloads of that type were seen to have, or to leave out. */
  #unless(event: unknown, faults: readonly string[]): string[] {
    const type = String(Object(event).type);
    return faults.filter((fault) => {
      const [, at = '', left = ''] = /^(\S+): the field "(.+)" is missing$/.exec(fault) ?? [];
      if (left !== '' && this.#leavesOut(type, at, left)) return false;
      const [, place = '', field = ''] = /^(\S+): no field "(.+)" is known$/.exec(fault) ?? [];
      return field === '' || !this.#known.has(`${type}${place === '/' ? '' : place}/${field}`);
    });
  }

  /** What the app sends to the address that an interaction or a command came with. */
  reply(exchange: Exchange): string[] {
    const body = jsonOf(textOf(exchange.asked));
    if ((exchange.status ?? 500) >= 400) return [];
    return [...faultsOf(this.#notice('SlackReply'), body), ...this.#blockFaults(body, 'M')];
  }

  #leavesOut(type: string, at: string, field: string): boolean {
    return this.#payloads
      .map(({ payload }) => eventIn(payload))
      .filter((payload) => String(Object(payload).type) === type)
      .some((payload) => valuesAt(payload, at.split('/').slice(1)).some((value) => !(field in value)));
  }

  /** Blocks of what the app sends, at any depth: the types of what is asked take unknown ones. */
  #blockFaults(body: unknown, surface: Surface): string[] {
    return partsIn(body, surface)
      .parts.filter(({ kind }) => kind === 'blocks')
      .flatMap((part) => this.#partFaults(part));
  }

  #surfaceFaults(at: string, block: unknown, surface: Surface): string[] {
    const type = String(Object(block).type);
    return this.#surfaces[type]?.includes(surface)
      ? []
      : [`${at}: a block of type "${type}" is not for this surface (${surface})`];
  }

  #notice(name: string): TypeSchema {
    const known = this.#made.get(name) ?? this.#notices(name);
    if (known === undefined) throw new Error(`there is no type ${name}`);
    this.#made.set(name, known);
    return known;
  }

  #type(name: string, isText: boolean): TypeSchema | undefined {
    if (!this.#made.has(name)) this.#made.set(name, this.#typeOf(name, isText));
    return this.#made.get(name);
  }
}

const surfaceOf = (method: string): Surface =>
  method === 'views.publish' ? 'h' : method.startsWith('views.') ? 'm' : 'M';

const TYPES = { blocks: 'ShownBlock', attachments: 'SharedAttachment', files: 'SharedFile' } as const;

const faultsOf = ({ schemas, root }: TypeSchema, value: unknown): string[] => schemas.faults(root, value);

const INTERACTIONS: Readonly<Record<string, string>> = {
  block_actions: 'SlackClick',
  view_submission: 'SlackSubmission',
  message_action: 'SlackShortcut',
};

/** JSON, or a form whose structured values are JSON texts. */
function argumentsOf({ asked, askedType }: Exchange): unknown {
  const text = textOf(asked);
  if (askedType.startsWith('application/json')) return jsonOf(text || '{}');
  const pairs = [...new URLSearchParams(text)].filter(([name]) => name !== 'token');
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, STRUCTURED.has(name) ? jsonOf(value) : value]),
  );
}

/** A payload that Slack was seen to send. */
export type Payload = { kind: string; source: string; payload: Record<string, unknown> };

const eventIn = (payload: Record<string, unknown>): unknown =>
  payload.type === 'event_callback' ? payload.event : payload;

/** The objects at a place of a value; `*` is any item of a list. */
function valuesAt(value: unknown, [first, ...rest]: readonly string[]): object[] {
  if (first === undefined || first === '') {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : [];
  }
  if (first === '*') return Array.isArray(value) ? value.flatMap((item) => valuesAt(item, rest)) : [];
  return valuesAt(Object(value)[first], rest);
}

/** Every field of a value by its place, below the value's type. */
function fieldsOf(value: unknown, at = String(Object(value).type)): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${at}/*`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    `${at}/${name}`,
    ...fieldsOf(inner, `${at}/${name}`),
  ]);
}
