import type { ParquetParsers, SchemaElement } from 'hyparquet';
import { parquetSchema } from 'hyparquet';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';
import { wkbToGeojson } from 'hyparquet/src/wkb.js';
import { isUnwritten } from '../../../lib/guessed-encoding.ts';

/** A column with those that are nested in it. */
export type Tree = ReturnType<typeof parquetSchema>;

export const schemaTree = (schema: SchemaElement[]): Tree =>
  parquetSchema({ schema } as Parameters<typeof parquetSchema>[0]);

/** How many levels deep columns are gone into. */
const DEPTH = 100;

/**
 * The same schema without what the values mean, so that they come as they are stored and nothing of them is
 * rounded; `readable` says it. Keys of maps, which become names, and variants keep it.
 */
export function rawSchema(schema: readonly SchemaElement[]): SchemaElement[] {
  const kept = new Set<SchemaElement>();
  const keys = new Set<SchemaElement>();
  const visit = (tree: Tree, isKept: boolean, depth: number): void => {
    if (depth > DEPTH) return;
    const stays = isKept || tree.element.logical_type?.type === 'VARIANT';
    if (stays) kept.add(tree.element);
    if (isMapLike(tree)) {
      const key = tree.children[0]?.children.find(({ element }) => element.name === 'key');
      if (key !== undefined) keys.add(key.element);
    }
    for (const child of tree.children) visit(child, stays, depth + 1);
  };
  visit(schemaTree([...schema]), false, 0);
  return schema.map((element) => {
    if (kept.has(element) || (element.num_children ?? 0) > 0) return element;
    if (keys.has(element)) return asKey(element);
    if (isText(element)) return { ...bare(element), converted_type: 'UTF8' };
    return bare(element);
  });
}

function bare({
  converted_type: _converted,
  logical_type: _logical,
  ...element
}: SchemaElement): SchemaElement {
  return element;
}

/** Keys become names: bytes have to be texts. */
const asKey = (element: SchemaElement): SchemaElement =>
  element.type === 'BYTE_ARRAY' ? { ...bare(element), converted_type: 'UTF8' } : element;

const isText = ({ type, converted_type, logical_type }: SchemaElement): boolean =>
  type === 'BYTE_ARRAY' &&
  (['UTF8', 'ENUM', 'JSON'].includes(converted_type ?? '') ||
    ['STRING', 'ENUM', 'JSON'].includes(logical_type?.type ?? ''));

/** For what the library itself gives a meaning to: keys of maps, and variants. */
export const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms) => timestamp(BigInt(ms), 'MILLIS', false),
  timestampFromMicroseconds: (us) => timestamp(BigInt(us), 'MICROS', false),
  // Of INT96 alone, whose nanoseconds `readable` is to get.
  timestampFromNanoseconds: (ns) =>
    ns === undefined || ns === null ? ns : timestamp(BigInt(ns), 'NANOS', false),
  dateFromDays: (days) => date(days),
};

/** A value as JSON can have it: numbers as exact as they are stored, and times with their zone. */
export function readable(value: unknown, tree: Tree, depth = 0): unknown {
  if (value === undefined || value === null) return isNeverNull(tree) ? [] : null;
  if (depth > DEPTH) return '…';
  const { element, children } = tree;
  if (element.logical_type?.type === 'VARIANT') return plain(value);
  if (Array.isArray(value)) return value.map((item) => readable(item, itemOf(tree), depth + 1));
  if (children.length === 0) return leaf(value, element);
  if (isMapLike(tree)) return mapOf(value as object, tree, depth);
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(
    children.map((child) => [child.element.name, readable(fields[child.element.name], child, depth + 1)]),
  );
}

/** A list that must be there is empty where it has no items. */
const isNeverNull = (tree: Tree): boolean =>
  tree.element.repetition_type === 'REPEATED' ||
  (tree.element.repetition_type === 'REQUIRED' && isListLike(tree));

/** Of a list the column of its items; what is repeated is a list of itself. */
function itemOf(tree: Tree): Tree {
  const [repeated] = tree.children;
  if (!isListLike(tree) || repeated === undefined) return tree;
  return repeated.children.length === 1 ? (repeated.children[0] ?? repeated) : repeated;
}

function mapOf(value: object, tree: Tree, depth: number): unknown {
  const item = tree.children[0]?.children.find(({ element }) => element.name === 'value');
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      item === undefined ? plain(inner) : readable(inner, item, depth + 1),
    ]),
  );
}

/** What the library has given a meaning to. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesText(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value ?? null;
}

/** https://github.com/apache/parquet-format/blob/master/LogicalTypes.md */
function leaf(value: unknown, element: SchemaElement): unknown {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return decimal(value, element);
  if (logical?.type === 'TIMESTAMP' && isInteger(value)) {
    return timestamp(BigInt(value), logical.unit, logical.isAdjustedToUTC);
  }
  if (converted === 'TIMESTAMP_MILLIS' && isInteger(value)) return timestamp(BigInt(value), 'MILLIS', true);
  if (converted === 'TIMESTAMP_MICROS' && isInteger(value)) return timestamp(BigInt(value), 'MICROS', true);
  if ((converted === 'DATE' || logical?.type === 'DATE') && isInteger(value)) return date(Number(value));
  if (logical?.type === 'TIME' && isInteger(value)) return time(BigInt(value), logical.unit);
  if (converted === 'TIME_MILLIS' && isInteger(value)) return time(BigInt(value), 'MILLIS');
  if (converted === 'TIME_MICROS' && isInteger(value)) return time(BigInt(value), 'MICROS');
  if (isInteger(value)) return integer(value, element);
  if (typeof value === 'number') return type === 'FLOAT' ? shortest(value) : value;
  if (value instanceof Uint8Array) return bytesOf(value, element);
  return plain(value);
}

const isInteger = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || Number.isInteger(value);

function integer(
  value: number | bigint,
  { type, converted_type: converted, logical_type: logical }: SchemaElement,
) {
  if (type !== 'INT32' && type !== 'INT64') return value;
  const isUnsigned = converted?.startsWith('UINT_') || (logical?.type === 'INTEGER' && !logical.isSigned);
  return isUnsigned ? BigInt.asUintN(type === 'INT64' ? 64 : 32, BigInt(value)) : value;
}

/** A float has seven digits or so: the fewest that are this number. */
function shortest(value: number): number {
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function decimal(value: unknown, { scale = 0, logical_type: logical }: SchemaElement): unknown {
  const digits = logical?.type === 'DECIMAL' ? logical.scale : scale;
  const unscaled = value instanceof Uint8Array ? signed(value) : isInteger(value) ? BigInt(value) : undefined;
  if (unscaled === undefined) return plain(value);
  const text = String(unscaled < 0n ? -unscaled : unscaled).padStart(digits + 1, '0');
  const [whole, part] = digits > 0 ? [text.slice(0, -digits), text.slice(-digits)] : [text, ''];
  return JSON.rawJSON(`${unscaled < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`);
}

function signed(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).toString('hex');
  return hex === '' ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

type Unit = 'MILLIS' | 'MICROS' | 'NANOS';
const PER_SECOND = { MILLIS: 1_000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;
const DIGITS = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;

/** As ISO 8601, with as many digits as the unit has; Z where it is meant in UTC. */
function timestamp(value: bigint, unit: Unit, isUtc: boolean): string {
  const [seconds, part] = parts(value, unit);
  const at = new Date(Number(seconds) * 1_000);
  if (Number.isNaN(at.getTime())) return `${value} ${unit.toLowerCase()} since 1970`;
  return `${at.toISOString().slice(0, -5)}${part}${isUtc ? 'Z' : ''}`;
}

/** Whole units of a second, and what is left as its digits. */
function parts(value: bigint, unit: Unit): [seconds: bigint, fraction: string] {
  const per = PER_SECOND[unit];
  const rest = ((value % per) + per) % per;
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(DIGITS[unit], '0')}`;
  return [(value - rest) / per, fraction];
}

function date(days: number): string {
  const at = new Date(days * 86_400_000);
  return Number.isNaN(at.getTime()) ? `${days} days since 1970` : at.toISOString().slice(0, 10);
}

function time(value: bigint, unit: Unit): string {
  const [seconds, fraction] = parts(value, unit);
  const two = (count: bigint) => String(count).padStart(2, '0');
  return `${two(seconds / 3_600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction}`;
}

function bytesOf(
  bytes: Uint8Array,
  { converted_type: converted, logical_type: logical }: SchemaElement,
): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (logical?.type === 'UUID' && bytes.length === 16) return uuid(bytes);
  if (logical?.type === 'FLOAT16' && bytes.length === 2) return shortest16(view);
  if ((converted === 'INTERVAL' || logical?.type === 'INTERVAL') && bytes.length === 12) {
    const [months, days, ms] = [0, 4, 8].map((at) => view.getUint32(at, true));
    return `${months} months ${days} days ${ms} ms`;
  }
  if (logical?.type === 'GEOMETRY' || logical?.type === 'GEOGRAPHY')
    return plain(wkbToGeojson({ view, offset: 0 }));
  return bytesText(bytes);
}

function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** `DataView.getFloat16` is not in Node 24 yet. */
function shortest16(view: DataView): number {
  const bits = view.getUint16(0, true);
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** Bytes that nobody has said to be text often are; others are told by how many they are. */
function bytesText(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!isUnwritten(text)) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it is no text
  }
  const head = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  return `<${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}: ${head}${bytes.length > 16 ? '…' : ''}>`;
}
