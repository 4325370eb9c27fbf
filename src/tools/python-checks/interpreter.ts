import { z } from 'zod';
import { parsedJson } from '../../lib/json.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** A call whose keywords are looked up where its package is installed. */
export type Asked = { callee: string; line: number; keywords: string[] };

/** What an interpreter says of a script without running it. */
export type Interpreted = {
  /** Of Python: `3.12`. */
  version: string;
  /** Why it can't compile the script; null where it can. */
  fault: { line: number; column: number; message: string } | null;
  /** Keywords that the installed versions do not take. */
  unknown: { callee: string; line: number; keyword: string; package: string; takes: string[] }[];
};

const Interpreted = z.object({
  version: z.string().max(20),
  fault: z
    .object({ line: z.number().int(), column: z.number().int(), message: z.string().max(2_000) })
    .nullable(),
  unknown: z
    .array(
      z.object({
        callee: z.string().max(500),
        line: z.number().int(),
        keyword: z.string().max(200),
        package: z.string().max(200),
        takes: z.array(z.string().max(200)).max(3),
      }),
    )
    .max(50),
});

/** Importing torch takes most of it. */
const TIMEOUT_MS = 60_000;
const ANSWER_BYTES = 200_000;

/**
 * Compiles a script with the sandbox's Python, and looks up signatures of what it calls in the packages that
 * are installed there. Nothing of the script runs, and nothing that lies beside it is imported. Undefined
 * where there is no Python, or it gives no answer in time.
 */
export async function interpreted(
  { sandbox, python }: { sandbox: Sandbox; python: string },
  text: string,
  calls: readonly Asked[],
  signal: AbortSignal,
): Promise<Interpreted | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const end = await sandbox.run([python, '-c', PROGRAM], {
    timeoutMs: TIMEOUT_MS,
    signal,
    isReading: true,
    isOnlyStdout: true,
    stdin: Buffer.from(JSON.stringify({ text, calls: calls.slice(0, 40) })),
    onOutput(chunk) {
      size += chunk.byteLength;
      if (size <= ANSWER_BYTES) chunks.push(chunk);
    },
  });
  if (end.kind !== 'exited' || end.code !== 0 || size > ANSWER_BYTES) return undefined;
  const last = Buffer.concat(chunks).toString().trimEnd().split('\n').at(-1) ?? '';
  const answer = Interpreted.safeParse(parsedJson(last));
  return answer.success ? answer.data : undefined;
}

/**
 * Reads `{text, calls}` and prints one line. What is wrapped, or takes any keyword, may take more than its
 * signature says: that is not judged.
 */
const PROGRAM = `
import sys
sys.path[:] = [p for p in sys.path if p not in ("", "/work")]
import difflib, importlib, importlib.util, inspect, json, warnings
warnings.simplefilter("ignore")
told, sys.stdout = sys.stdout, sys.stderr
asked = json.load(sys.stdin)
answer = {"version": "%d.%d" % sys.version_info[:2], "fault": None, "unknown": []}
try:
    compile(asked["text"].lstrip("\\ufeff"), "script.py", "exec", dont_inherit=True)
except SyntaxError as e:
    answer["fault"] = {"line": e.lineno or 1, "column": e.offset or 1, "message": str(e.msg)[:300]}
except (ValueError, MemoryError, RecursionError, OverflowError) as e:
    answer["fault"] = {"line": 1, "column": 1, "message": "Python can't read it: " + str(e or type(e).__name__)[:200]}

def found(path):
    parts = path.split(".")
    if importlib.util.find_spec(parts[0]) is None:
        return None
    at = importlib.import_module(parts[0])
    for i, part in enumerate(parts[1:], 1):
        if hasattr(at, part):
            at = getattr(at, part)
        else:
            at = importlib.import_module(".".join(parts[: i + 1]))
    return at

def takes(what):
    wrapped = what.__init__ if inspect.isclass(what) else what
    if hasattr(wrapped, "__wrapped__") or hasattr(what, "__wrapped__"):
        return None
    parameters = inspect.signature(what).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return [p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]

if answer["fault"] is None:
    for call in asked["calls"]:
        try:
            names = takes(found(call["callee"]))
        except BaseException:
            continue
        if names is None:
            continue
        root = call["callee"].split(".")[0]
        try:
            from importlib.metadata import packages_distributions, version
            name = (packages_distributions().get(root) or [root])[0]
            package = name + " " + version(name)
        except BaseException:
            package = root
        for keyword in call["keywords"]:
            if keyword not in names and len(answer["unknown"]) < 50:
                close = difflib.get_close_matches(keyword, names, 3)
                answer["unknown"].append({"callee": call["callee"], "line": call["line"],
                    "keyword": keyword, "package": package, "takes": close})
print(json.dumps(answer), file=told)
`;
