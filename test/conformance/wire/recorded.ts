import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One request to a server and its answer. Bodies are base64; undefined of what was too long to keep. */
export type Exchange = {
  kind: 'http';
  /** The file of tests that ran meanwhile. */
  during?: string;
  method: string;
  url: string;
  askedType: string;
  asked: string | undefined;
  /** Without one nothing was answered: a test cut or kept the answer. */
  status?: number;
  answeredType: string;
  answeredHeaders: string[];
  answered: string | undefined;
  /** Whether all of the answer was sent. */
  isWhole: boolean;
};

/** One message over a WebSocket. */
export type Frame = {
  kind: 'frame';
  during?: string;
  path: string;
  from: 'server' | 'client';
  text: string;
};

/** All that was noted in a folder. */
export function* recorded(folder: string): Generator<Exchange | Frame> {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      if (line !== '') yield JSON.parse(line) as Exchange | Frame;
    }
  }
}

export const textOf = (body: string | undefined): string => Buffer.from(body ?? '', 'base64').toString();
