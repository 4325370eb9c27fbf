import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { DataFile } from '../parse-apart/parsers/data-file.ts';

/**
 * What is in a CSV, TSV, JSON, JSON Lines or Parquet file, or what is wrong with it, in words that the model
 * can act on. `isPart`: only the beginning of the file is given. Throws the signal's reason where it aborts.
 */
export async function readDataFile(
  apart: ParseApart,
  name: string,
  bytes: Uint8Array,
  signal: AbortSignal,
  { isPart = false } = {},
): Promise<DataFile> {
  const parsed = await apart.parse('dataFile', { name, bytes, isPart }, signal);
  if (parsed.ok) return parsed.value;
  return { ok: false, reason: `${parsed.reason}; a program in a job or in bash may be able to read it` };
}
