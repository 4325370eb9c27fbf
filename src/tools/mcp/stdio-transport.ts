import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { deserializeMessage, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { Passed } from '../../lib/body-meter.ts';
import { TooLarge } from '../../lib/bounded-fetch.ts';
import { systemClock } from '../../lib/clock.ts';
import { wholeEnding } from '../../lib/cut.ts';
import { MESSAGE } from './cut-message.ts';
import { MessageCutter } from './message-cutter.ts';

/** A program that is a server. It has nothing of the bot's own environment. */
export type Program = { command: string; args: readonly string[]; env: Readonly<Record<string, string>> };

/** Of what a program says before it ends: enough for a message with what it is about. */
const SAID_BYTES = 8_000;
const SAID_LINES = 6;
const SAID_CHARACTERS = 600;

/** What the config gave a program is not told, wherever it repeats it. */
const SECRET_CHARACTERS = 6;

const withoutSecrets = (text: string, env: Program['env']): string =>
  Object.values(env)
    .filter((value) => value.length >= SECRET_CHARACTERS)
    .reduce((rest, value) => rest.replaceAll(value, '[redacted]'), text);

/** What is cut may begin within a word, and a secret without its beginning is not known for one. */
const withoutFirstWord = (text: string): string => text.replace(/^\S+/, '').trimStart();

/** How long a server is waited for, first when its input has ended, and then when it was asked to end. */
const ENDING_MS = 2_000;

/**
 * Messages over the standard streams of a program of ours:
 * https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#stdio. A program that writes a
 * message which is too large, and can't be cut, is ended. The SDK's own transport bounds bytes alone, and
 * goes over all that has come again with each chunk.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #program: Program;
  readonly #cutter = new MessageCutter('lines', MESSAGE);
  #process: ChildProcess | undefined;
  /** The end of what it writes besides its messages. */
  #said = Buffer.alloc(0);
  /** How it ended by itself. */
  #ended: string | undefined;

  constructor(program: Program) {
    this.#program = program;
  }

  async start(): Promise<void> {
    const { command, args, env } = this.#program;
    const child = spawn(command, args, {
      env: { ...getDefaultEnvironment(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    child.on('error', (error) => this.onerror?.(error));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = Buffer.concat([this.#said, chunk.subarray(-SAID_BYTES)]).subarray(-SAID_BYTES);
    });
    child.on('close', (code, signal) => {
      // One that is being ended by us has nothing to say.
      if (this.#process !== undefined) this.#ended = signal ?? `code ${code ?? 0}`;
      this.#process = undefined;
      this.onclose?.();
    });
    for (const stream of [child.stdin, child.stdout, child.stderr])
      stream?.on('error', (error) => this.onerror?.(error));
    child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk));
    await once(child, 'spawn');
  }

  /** How the program ended and what it said last; undefined for one that has not ended by itself. */
  lastWords(): string | undefined {
    if (this.#ended === undefined) return undefined;
    const text = withoutSecrets(stripVTControlCharacters(this.#said.toString()), this.#program.env);
    const whole = this.#said.length < SAID_BYTES ? text : withoutFirstWord(text);
    const last = whole
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    const lines = last.slice(-SAID_LINES).join('\n');
    const said =
      lines.length <= SAID_CHARACTERS ? lines : withoutFirstWord(wholeEnding(lines, SAID_CHARACTERS));
    return `its program ended (${this.#ended})${said === '' ? '' : `: ${said}`}`;
  }

  #read(chunk: Buffer): void {
    if (this.#process === undefined) return; // it is being ended
    try {
      for (const line of this.#cutter.add(chunk)) this.#take(line.toString());
    } catch (error) {
      if (!(error instanceof Passed)) throw error;
      this.onerror?.(new TooLarge(this.#program.command, WORDS[error.what]));
      void this.close();
    }
  }

  /** What is no message is told, and left out. */
  #take(line: string): void {
    try {
      this.onmessage?.(deserializeMessage(line));
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#process?.stdin;
    if (!stdin) throw new Error('Not connected');
    if (!stdin.write(serializeMessage(message))) await once(stdin, 'drain');
  }

  async close(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const ended = new AbortController();
    const closed = once(child, 'close').finally(() => ended.abort());
    child.stdin?.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await Promise.race([closed, systemClock.sleep(ENDING_MS, ended.signal).catch(() => {})]);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
    }
  }
}

const WORDS = {
  bytes: `a message of more than ${MESSAGE.bytes / 1e6} MB`,
  depth: `a message nested deeper than ${MESSAGE.depth} levels`,
  values: `a message with more than ${MESSAGE.values.toLocaleString('en')} values`,
  streamBytes: 'too much',
} as const;
