export type Kind = 'model' | 'dataset' | 'space' | 'bucket';

/** A repository or bucket. Spaces have variables and mounted volumes besides. */
export type DoubleRepo = {
  kind: Kind;
  id: string;
  visibility: string;
  sdk: string | undefined;
  files: Map<string, Buffer>;
  tags: string[];
  variables: Map<string, string>;
  volumes: Record<string, unknown>[];
  secrets: Map<string, string>;
  /** Where a Docker Space is: it is built once its secrets are set. */
  stage: 'BUILDING' | 'RUNNING' | 'SLEEPING' | 'PAUSED' | 'BUILD_ERROR';
  hardware: string;
  /** Where it is to be moved to. */
  requestedHardware: string | undefined;
  sleepTimeSeconds: number | undefined;
  /** Where it is said to answer, instead of where it does. */
  host: string | undefined;
  branches: string[];
  tagNames: string[];
  /** Pull requests by number, from 1 on. */
  pulls: DoublePull[];
  /** Of its main branch, newest first. */
  commits: DoubleCommit[];
  gated: 'auto' | 'manual' | false;
  /** Whether who asks was let in, where it is gated. */
  isLetIn: boolean;
  /** What the Hub knows of a model: `safetensors`, `gguf`, `config`, `cardData`, `library_name`. */
  known: Record<string, unknown>;
};

type DoubleCommit = { oid: string; title: string; user: string; at: number };

export type DoublePull = {
  title: string;
  status: 'draft' | 'open' | 'closed' | 'merged';
  comments: { author: string; text: string }[];
  /** What was committed to it: files as they are to be, undefined for those that are to go. */
  changes?: Map<string, Buffer | undefined>;
  conflicts?: string[] | true;
};

export type Collection = {
  slug: string;
  title: string;
  namespace: string;
  description?: string | undefined;
  private?: boolean | undefined;
  items: { type: string; id: string }[];
};
