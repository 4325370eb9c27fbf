import type { Mutation } from '../mutation.ts';

const FILES = 'files that never end, or take all memory';
const ANSWERS = 'answers without an end, packed ones, JSON of endless values';
const LISTS = 'lists and logs without an end';
const TURNS = 'answers, outputs, arguments and lists that keep the process from all else';
const FOLLOWED =
  'logs that are followed, results of servers of tools, people’s words, files and backgrounds, events, cards';
const SERVERS = 'a server of tools whose patterns, tools, questions or values have no end';
const PATTERNS = 'text that patterns take for ever on';
const REPEATED = 'errors that come thousands of times a second, and fill the log';
const UNKEPT = 'texts that the record can’t hold (a NUL, half a character)';

/** Counts nothing of what streams. */
const UNCOUNTED = {
  file: 'src/lib/bounded-fetch.ts',
  text: 'const passed = meter.add(kept);',
  becomes: 'const passed = meter.add(kept.subarray(0, 0));',
};

/** Nobody has a turn in between. */
const BREATHLESS = {
  file: 'src/lib/breath.ts',
  text: '    await nextTurn();\n',
  becomes: '',
};

/** Of "Hostile data". */
export const HOSTILE_DATA: readonly Mutation[] = [
  {
    threat: FILES,
    file: 'src/parse-apart/process.ts',
    text: 'timer = setTimeout(late, withinMs);',
    becomes: 'timer = setTimeout(late, 100 * withinMs);',
    test: 'soak/parse-apart',
    title: 'what takes too long is ended',
  },
  {
    threat: FILES,
    file: 'src/parse-apart/process.ts',
    text: 'ulimit -t ${processorSeconds}',
    becomes: 'ulimit -t unlimited',
    test: 'soak/parse-apart',
    title: 'ends by its limit of processor time',
  },
  {
    threat: FILES,
    file: 'src/parse-apart/process.ts',
    text: '`--max-old-space-size=${heapMb}`, ',
    becomes: '',
    test: 'soak/parse-apart',
    title: 'what needs too much memory is ended',
  },
  {
    threat: FILES,
    file: 'src/parse-apart/process.ts',
    text: ' ulimit -d ${dataMb * 1_000};',
    becomes: '',
    test: 'soak/parse-apart',
    title: 'what needs too much memory is ended',
  },
  {
    threat: ANSWERS,
    file: 'src/lib/body-meter.ts',
    text: "if (values > this.#bound.values) return 'values';",
    becomes: '',
    test: 'unit/bounded-fetch',
    title: 'JSON of many values is given up',
  },
  {
    threat: ANSWERS,
    file: 'src/lib/body-meter.ts',
    text: "if (deepest > this.#bound.depth) return 'depth';",
    becomes: '',
    test: 'unit/bounded-fetch',
    title: 'JSON that is nested too deeply is given up',
  },
  {
    threat: ANSWERS,
    file: 'adapters/discord/attachments.ts',
    text: 'await bytesUpTo(response.body, maxBytes);',
    becomes: 'await bytesUpTo(response.body, 100 * maxBytes);',
    test: 'unit/discord-attachments',
    title: 'is read no further',
  },
  {
    threat: ANSWERS,
    file: 'adapters/slack/files.ts',
    text: 'await bytesUpTo(response.body, maxBytes);',
    becomes: 'await bytesUpTo(response.body, 100 * maxBytes);',
    test: 'unit/slack-files',
    title: 'is read no further',
  },
  {
    threat: ANSWERS,
    ...UNCOUNTED,
    test: 'unit/bounded-fetch',
    title: 'a body without an end is given up with words',
  },
  {
    threat: ANSWERS,
    ...UNCOUNTED,
    test: 'unit/bounded-fetch',
    title: 'what is packed counts as what it is unpacked',
  },
  {
    threat: ANSWERS,
    file: 'src/llm/answer.ts',
    text: 'if (characters <= ANSWER_CHARACTERS) return;',
    becomes: 'if (characters <= Infinity) return;',
    test: 'soak/floods',
    title: 'a model that sends %s is given up',
  },
  { threat: ANSWERS, ...UNCOUNTED, test: 'soak/floods', title: 'answers of the Hub are bounded' },
  {
    threat: ANSWERS,
    file: 'src/tools/mcp/message-cutter.ts',
    text: 'if (this.#size > ENDLESS * this.#bound.bytes)',
    becomes: 'if (this.#size > 1_000 * ENDLESS * this.#bound.bytes)',
    test: 'soak/floods',
    title: 'a server of tools that answers without an end is let go of',
  },
  {
    threat: ANSWERS,
    file: 'src/web/fetcher.ts',
    text: 'await bytesUpTo(response.body, maxBytes, values);',
    becomes: 'await bytesUpTo(response.body, 20 * maxBytes, values);',
    test: 'soak/floods',
    title: 'a page without an end',
  },
  { threat: ANSWERS, ...UNCOUNTED, test: 'soak/floods', title: 'a Space that %s without an end' },
  {
    threat: ANSWERS,
    file: 'src/hub/hardware.ts',
    text: 'const send = boundedFetch();',
    becomes: 'const send = fetch;',
    test: 'unit/one-way-out',
    title: 'everything that others answer is counted',
  },
  {
    threat: LISTS,
    file: 'src/hub/pages.ts',
    text: "if (read.has(url.href)) throw new TooManyPages('the list leads back to a page that was read before');",
    becomes: '',
    test: 'soak/long-lists',
    title: 'pages that lead %s are not followed for ever',
  },
  {
    threat: LISTS,
    file: 'src/hub/pages.ts',
    text: 'if (url.origin !== origin) throw',
    becomes: "if (url.origin === '') throw",
    test: 'soak/long-lists',
    title: 'pages that lead %s are not followed for ever',
  },
  {
    threat: LISTS,
    file: 'src/hub/job-logs.ts',
    text: 'const LINES = 200_000;',
    becomes: 'const LINES = 200_000_000;',
    test: 'soak/long-lists',
    title: 'the newest lines are kept',
  },
  {
    threat: LISTS,
    file: 'src/hub/job-logs.ts',
    text: 'const SILENCES = 20;',
    becomes: 'const SILENCES = 20_000;',
    test: 'soak/long-lists',
    title: 'a job that prints without a pause is read for so many silences',
  },
  {
    threat: LISTS,
    file: 'src/lib/line-cutter.ts',
    text: 'return !isWithin && this.#bytes >= this.#most',
    becomes: 'return !isWithin && this.#bytes >= Infinity',
    test: 'soak/long-lists',
    title: 'a line of a log that is endless is cut',
  },
  { threat: TURNS, ...BREATHLESS, test: 'soak/longest-turns', title: 'bash keeps nobody waiting' },
  { threat: TURNS, ...BREATHLESS, test: 'soak/long-answers', title: 'keeps nobody waiting' },
  { threat: TURNS, ...BREATHLESS, test: 'soak/redaction-parts', title: 'lets others have their turn' },
  { threat: FOLLOWED, ...BREATHLESS, test: 'soak/longest-turns-inputs', title: 'a job’s log' },
  {
    threat: TURNS,
    file: 'src/lib/markdown/bounded.ts',
    text: 'const MOST_SIGNS = 1_000;',
    becomes: 'const MOST_SIGNS = 1_000_000;',
    test: 'soak/hostile-markdown',
    title: 'in time, and fits',
  },
  {
    threat: TURNS,
    file: 'test/support/hostile-calls.ts',
    text: "  web_search: [{ query: 'how to train' }],\n",
    becomes: '',
    test: 'unit/hostile-calls',
    title: 'every tool and every operation of one has calls',
  },
  {
    threat: SERVERS,
    file: 'src/tools/mcp/listing.ts',
    text: 'named.slice(0, TOOLS)',
    becomes: 'named',
    test: 'unit/hostile-mcp',
    title: 'some are offered',
  },
  {
    threat: SERVERS,
    file: 'src/tools/mcp/listing.ts',
    text: '<= SCHEMA_CHARACTERS',
    becomes: '<= Infinity',
    test: 'unit/hostile-mcp',
    title: 'some are offered',
  },
  {
    threat: SERVERS,
    file: 'src/tools/mcp/elicitation.ts',
    text: '.length <= MOST_FIELDS) return;',
    becomes: '.length <= Infinity) return;',
    test: 'unit/hostile-mcp',
    title: 'is asked in so many words',
  },
  {
    threat: PATTERNS,
    file: 'src/lib/speech.ts',
    text: 'replace(/^ +$/gm',
    becomes: 'replace(/ +$/gm',
    test: 'soak/patterns',
    title: 'take time that grows with the text alone',
  },
  {
    threat: REPEATED,
    file: 'src/lib/repeats.ts',
    text: 'const WINDOW_MS = 60_000;',
    becomes: 'const WINDOW_MS = 0;',
    test: 'unit/repeats',
    title: 'that say the same, one is printed',
  },
  {
    threat: FOLLOWED,
    file: 'src/lib/visible.ts',
    text: 'const MOST_WRITTEN_OUT = 10_000;',
    becomes: 'const MOST_WRITTEN_OUT = 10_000_000;',
    test: 'soak/longest-turns-events',
    title: 'that people are asked with',
  },
  {
    threat: UNKEPT,
    file: 'src/db/kept-rows.ts',
    text: 'wellFormedValue(redaction.value(value, UNCHANGED))',
    becomes: 'redaction.value(value, UNCHANGED)',
    test: 'integration/kept-texts',
    title: 'whatever a call puts out is kept',
  },
  {
    threat: UNKEPT,
    file: 'src/agent/tool-step/ask.ts',
    text: 'if (!isWellFormed({ inlined, preview, shown })) return UNKEEPABLE;',
    becomes: '',
    test: 'e2e/secret-arguments',
    title: 'with what the record can’t hold',
  },
];
