import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';

/**
 * What a name is answered with: addresses of both kinds. With several answers each look-up gets the next one,
 * and the last stays: so a name leads elsewhere a moment later.
 */
export type Answers = readonly (readonly string[])[];

/**
 * A name server (https://datatracker.ietf.org/doc/html/rfc1035) for A and AAAA; a name that it does not know
 * does not exist. Counts what it was asked.
 */
export class Names {
  readonly #table = new Map<string, Answers>();
  readonly #asked = new Map<string, number>();
  readonly #socket = createSocket('udp4');

  async listen(port: number, host: string): Promise<void> {
    this.#socket.on('message', (query, { port: from, address }) => {
      this.#socket.send(this.#answer(query), from, address);
    });
    this.#socket.bind(port, host);
    await once(this.#socket, 'listening');
  }

  set(name: string, answers: Answers): void {
    this.#table.set(name, answers);
    for (const type of TYPES) this.#asked.delete(`${name} ${type}`);
  }

  /** How often the IPv4 addresses of a name were asked for. */
  asked = (name: string): number => this.#asked.get(`${name} ${A}`) ?? 0;

  #answer(query: Buffer): Buffer {
    const end = query.indexOf(0, HEADER);
    const labels: string[] = [];
    for (let at = HEADER; at < end; at += 1 + (query[at] ?? 0)) {
      labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)));
    }
    const name = labels.join('.').toLowerCase();
    const type = query.readUInt16BE(end + 1);
    const count = this.#asked.get(`${name} ${type}`) ?? 0;
    this.#asked.set(`${name} ${type}`, count + 1);
    const answers = this.#table.get(name);
    const family = type === A ? 4 : 6;
    const found = (answers?.[Math.min(count, answers.length - 1)] ?? []).filter(
      (address) => TYPES.includes(type) && isIP(address) === family,
    );
    const header = Buffer.alloc(HEADER);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(answers === undefined ? NO_SUCH_NAME : ANSWERED, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(found.length, 6);
    return Buffer.concat([header, query.subarray(HEADER, end + 5), ...found.map((at) => record(type, at))]);
  }
}

const HEADER = 12;
const A = 1;
const AAAA = 28;
const TYPES: readonly number[] = [A, AAAA];
const ANSWERED = 0x8180;
const NO_SUCH_NAME = 0x8183;

/** An address for the name in the question, which holds for no time at all. */
function record(type: number, address: string): Buffer {
  const bytes = type === A ? Buffer.from(address.split('.').map(Number)) : bytesOfV6(address);
  const head = Buffer.from([0xc0, HEADER, 0, type, 0, 1, 0, 0, 0, 0, 0, bytes.length]);
  return Buffer.concat([head, bytes]);
}

function bytesOfV6(address: string): Buffer {
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const groups = [...before, ...new Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
