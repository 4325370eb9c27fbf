import type { ParserName } from './bounds.ts';
import type { apiEndpointsIn } from './parsers/api-endpoints.ts';
import type { readDataFile, readParquetParts } from './parsers/data-file.ts';
import type { docLinksIn } from './parsers/doc-links.ts';
import type { editText } from './parsers/edit-text.ts';
import type { examplePaths } from './parsers/example-paths.ts';
import type { notebookText } from './parsers/notebook.ts';
import type { parsePaper } from './parsers/paper.ts';
import type { readPython } from './parsers/python.ts';
import type { searchPageOf } from './parsers/search-page.ts';

/*
 * All that reads what others made. It is loaded in processes of their own alone (`worker.ts`), and so are the
 * libraries that they use.
 */

/** The parsers by name; what goes in and what comes out has to be such that it can be sent. */
export type Parsers = { [Name in ParserName]: Awaited<ReturnType<(typeof LOADED)[Name]>> };

/** Each is loaded when it is first needed, with its library. */
export const LOADED = {
  dataFile: async (): Promise<typeof readDataFile> => (await import('./parsers/data-file.ts')).readDataFile,
  parquetParts: async (): Promise<typeof readParquetParts> =>
    (await import('./parsers/data-file.ts')).readParquetParts,
  notebook: async (): Promise<typeof notebookText> => (await import('./parsers/notebook.ts')).notebookText,
  paper: async (): Promise<typeof parsePaper> => (await import('./parsers/paper.ts')).parsePaper,
  docLinks: async (): Promise<typeof docLinksIn> => (await import('./parsers/doc-links.ts')).docLinksIn,
  searchPage: async (): Promise<typeof searchPageOf> =>
    (await import('./parsers/search-page.ts')).searchPageOf,
  apiEndpoints: async (): Promise<typeof apiEndpointsIn> =>
    (await import('./parsers/api-endpoints.ts')).apiEndpointsIn,
  examplePaths: async (): Promise<typeof examplePaths> =>
    (await import('./parsers/example-paths.ts')).examplePaths,
  edit: async (): Promise<typeof editText> => (await import('./parsers/edit-text.ts')).editText,
  python: async (): Promise<typeof readPython> => (await import('./parsers/python.ts')).readPython,
} as const satisfies Record<ParserName, () => Promise<(input: never) => unknown>>;
