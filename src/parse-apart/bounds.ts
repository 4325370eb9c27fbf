/** What a parser may take. */
export type Bounds = {
  /** How long over one input, in milliseconds. */
  withinMs: Readonly<Record<ParserName, number>>;
  /** Of V8's heap, in megabytes. */
  heapMb: number;
  /**
   * Of all that a process has asked the system for, in megabytes: buffers count towards it, and so do some
   * 500 MB of addresses that V8 never uses.
   */
  dataMb: number;
  /** Of a process over all that it reads: nobody may be there any more to end it. */
  processorSeconds: number;
};

/** Many times what real files take. */
const WITHIN_MS = {
  dataFile: 30_000,
  parquetParts: 30_000,
  notebook: 10_000,
  paper: 15_000,
  docLinks: 10_000,
  searchPage: 10_000,
  apiEndpoints: 10_000,
  examplePaths: 10_000,
  edit: 10_000,
  python: 10_000,
} as const;

export type ParserName = keyof typeof WITHIN_MS;

export const BOUNDS: Bounds = { withinMs: WITHIN_MS, heapMb: 512, dataMb: 1_500, processorSeconds: 120 };
