import type { Printed } from './terminal.ts';

export type Watch = (message: Printed, change: 'posted' | 'edited' | 'deleted') => void;

/** Messages as they would be with the Hub itself in the place of its double. */
export const onTheHub = <T>(messages: readonly T[], hubUrl: string): T[] =>
  JSON.parse(JSON.stringify(messages).replaceAll(hubUrl, 'https://huggingface.co'));

/** A platform that the story is told on. */
export type DemoStage = {
  /** What the bot's process is told to reach it. */
  environment: Record<string, string>;
  isConnected(): boolean;
  /** Ada mentions the bot, and then writes in the thread. */
  ask(text: string): void;
  say(text: string): void;
  /** Whether the thread shows a text. */
  shows(text: string): boolean;
  /** Presses Approve on the open card. */
  approve(who: 'ada' | 'grace'): Promise<void>;
  /** What Grace was told in private. */
  toldGrace(): string | undefined;
  /** Writes the thread, as it is now, as web pages, with the Hub at the address that people know. */
  write(directory: string, name: string, hubUrl: string): void;
  close(): Promise<void>;
};
