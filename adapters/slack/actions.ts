import { type Seen, seenOf, seenValue } from '../../src/controller/actions.ts';

/** A button's value that names calls at the revision which its card shows. */
export const callsValue = (calls: readonly Seen[]): string => calls.map(seenValue).join(' ');

export const callsOf = (value: string): Seen[] => value.split(' ').flatMap((part) => seenOf(part) ?? []);

/** The block that a menu stands in names its call: a menu's value is what was picked. */
export const callBlock = (toolCallId: string): string => `call:${toolCallId}`;

export const callOfBlock = (blockId: string): string | undefined => /^call:(.+)$/.exec(blockId)?.[1];
