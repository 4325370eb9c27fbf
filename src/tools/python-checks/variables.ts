import type { ScriptFacts } from '../../parse-apart/parsers/python/script-facts.ts';
import type { Findings, Setting } from './findings.ts';

/** Variables of the environment that a script reads and is not given. */
export function variableFindings(
  { reads, sets }: ScriptFacts,
  { variables }: Setting,
): Pick<Findings, 'errors' | 'doubts'> {
  const found: Pick<Findings, 'errors' | 'doubts'> = { errors: [], doubts: [] };
  if (variables === undefined) return found;
  const told = new Set<string>();
  for (const { name, line, isNeeded, hasDefault } of reads) {
    const isThere = variables.has(name) || sets.includes(name) || OF_SYSTEMS.test(name);
    if (isThere || hasDefault || told.has(name)) continue;
    if (isNeeded) {
      told.add(name);
      found.errors.push({
        line,
        text: `\`os.environ["${name}"]\` is read, and the job is not given it: ${HOW}`,
      });
    } else if (SECRET.test(name)) {
      told.add(name);
      found.doubts.push({ line, text: `the secret ${name} is read, and the job is not given it: ${HOW}` });
    }
  }
  return found;
}

const HOW = 'name it in secrets, or in env where it is none';

const SECRET = /(?:TOKEN|KEY|SECRET|PASSWORD)$/i;

/** What is there in any container, what the Hub gives its jobs, and launchers to their processes. */
const OF_SYSTEMS =
  /^(?:HOME|PATH|PWD|USER|HOSTNAME|SHELL|LANG|TERM|TMPDIR|JOB_ID|ACCELERATOR|CPU_CORES|MEMORY|CUDA_\w+|NVIDIA_\w+|(?:LOCAL_|GROUP_|ROLE_)?(?:RANK|WORLD_SIZE|WORLD_NAME)|MASTER_(?:ADDR|PORT)|TORCHELASTIC_\w+|ACCELERATE_\w+|NCCL_\w+|HF_\w+|HUGGING_?FACE_\w+|UV_\w+|PYTHON\w*|LD_LIBRARY_PATH|SLURM_\w+|OMP_\w+)$/;
