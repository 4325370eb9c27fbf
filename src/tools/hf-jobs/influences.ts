import type { JobSpec } from '../../hub/jobs.ts';

/** What can make a job do something else than its script says. */
type Influences = Pick<JobSpec, 'image'> & {
  environment: Readonly<Record<string, string>>;
  dependencies: readonly string[];
  /** The script, or the command word by word. */
  source: string;
};

/**
 * Said of everything in a job that decides where its code, its packages or its requests come from or go to.
 */
export function influencesOf({ image, environment, dependencies, source }: Influences): string[] {
  const variables = Object.keys(environment).filter((name) => VARIABLES.test(name));
  const sources = dependencies.filter((text) => FROM_ELSEWHERE.test(text));
  const lines = source.replaceAll(/\\\r?\n/g, ' ').split(/[\n\r]/); // one that goes on is one
  const found = CODE.flatMap(({ isIn, what }) => (lines.some(isIn) ? [what] : []));
  return [
    ...(variables.length > 0
      ? [`Variables that change how programs run or whom they talk to: ${variables.join(', ')}.`]
      : []),
    ...(sources.length > 0 ? [`Packages from addresses instead of the index: ${sources.join(', ')}.`] : []),
    ...(found.length > 0 ? [`Its text has ${found.join('; ')}.`] : []),
    ...(isKnownImage(image) ? [] : [`The image ${image} is not from a publisher that I know.`]),
  ];
}

/**
 * Environment variables that programs of jobs go by before they read their own arguments: loaders, shells,
 * Python, package managers, proxies, certificates, and where the Hub and other services are.
 */
const VARIABLES = new RegExp(
  `^(?:${[
    'HF_ENDPOINT|HF_HUB_.*|HF_HOME|HF_TOKEN_PATH|HF_INFERENCE_ENDPOINT|HUGGINGFACE_.*|TRANSFORMERS_.*|HF_DATASETS_.*',
    'UV_.*|PIP_.*|CONDA_.*|MAMBA_.*|POETRY_.*|VIRTUAL_ENV|NPM_.*|YARN_.*|CARGO_.*|RUSTUP_.*|GOPROXY|GOFLAGS',
    'PYTHON.*|LD_.*|DYLD_.*|GLIBC_.*|GCONV_PATH|MALLOC_.*|NODE_.*|PERL.*|RUBY.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS',
    'JDK_JAVA_OPTIONS|BASH_.*|ENV|PATH|IFS|HOME|SHELL|SHELLOPTS|PS4|PROMPT_COMMAND|CDPATH|EDITOR|PAGER|TMPDIR',
    'GIT_.*|SSH_.*|SSL_.*|OPENSSL_.*|REQUESTS_CA_BUNDLE|CURL_.*|WGETRC|(?:.*_)?PROXY|RES_OPTIONS|HOSTALIASES',
    'XDG_.*|DOCKER_.*|AWS_.*|GOOGLE_.*|AZURE_.*|S3_.*|.*TRUST_REMOTE_CODE|HF_MODULES_CACHE|VLLM_PLUGINS',
    '.*_(?:ENDPOINT|BASE_URL|INDEX_URL|SERVER_URL|TRACKING_URI|MIRROR)(?:_.*)?|KRB5.*|NSS_.*|ZDOTDIR|TE?MP',
    'CC|CXX|LD|AR|NVCC.*|(?:C|CXX|CPP|LD)FLAGS|CPATH|C(?:PLUS)?_INCLUDE_PATH|LIBRARY_PATH|MAKEFLAGS|CUDA_(?:HOME|PATH)',
    'NCCL_.*PLUGIN.*|OMPI_.*|TORCH_EXTENSIONS_DIR|TORCHINDUCTOR_.*|TRITON_.*|ACCELERATE_.*|TERMINFO.*|LOCPATH',
    'LESSOPEN|LESSCLOSE|MANPAGER|BROWSER|VISUAL|JUPYTER_.*|IPYTHON.*|MPLCONFIGDIR|GODEBUG|R_(?:PROFILE|ENVIRON|LIBS).*',
    'JULIA_.*|LUA_.*|PHPRC|PHP_INI.*|PIPX_.*|HATCH_.*|PDM_.*|PYENV_.*',
  ].join('|')})$`,
  'i',
);

/** A package that is fetched from an address or a repository, or with options of its own. */
const FROM_ELSEWHERE = /:\/\/|@|\bgit\+|\s-|^[./~]|\.(?:whl|zip|tar|tgz|gz|bz2|xz)\b/i;

/** What in a line of a script or a command decides where packages and programs come from. */
const CODE: readonly { isIn(line: string): boolean; what: string }[] = [
  {
    isIn: (line) => INDEX.test(line) || after(line, INSTALLER, OTHER_INDEX),
    what: 'a package index of its own',
  },
  {
    isIn: (line) => /\b(?:git|hg|svn|bzr)\+(?:(?:https?|ssh|git|file):|git@)/.test(line),
    what: 'a package from a repository',
  },
  {
    isIn: (line) => line.split(/\s/).some((word) => after(word, /(?:https?|ftp):\/\//, ARCHIVE)),
    what: 'a package or an archive by its address',
  },
  {
    isIn: (line) => /^#\s*\/\/\/\s*script\s*$|^#!.*\buv\b/.test(line),
    what: 'packages or settings of its own (# /// script)',
  },
  {
    isIn: (line) =>
      isFetchedInto(line.split('|')) ||
      /(?:<\(|`)\s*(?:curl|wget)\b|\buv run\s+https?:/.test(line) ||
      after(line, RUNNER, /\$\((?:curl|wget)\b/) ||
      isRunAfterwards(line) ||
      after(line, /\b(?:exec|eval)\(/, /\b(?:requests\.|httpx\.|urlopen\b|urllib)/),
    what: 'a program that is fetched and run',
  },
  {
    isIn: (line) => /\btrust_remote_code\W{1,3}\s*True\b|\btorch\.hub\.load\(/.test(line),
    what: 'code of a repository that is loaded with it',
  },
  { isIn: (line) => /\bHF_ENDPOINT\b|\bHF_HUB_\w+/.test(line), what: 'an address of the Hub of its own' },
];

const INDEX =
  /--(?:extra-)?index-url|--(?:extra-)?index\b|--default-index|--find(?:-links)?\b|--registry\b|--trusted-host|--allow-insecure-host|\b(?:index-url|extra-index-url|index_url|find-links)\b\s*=/;
/** An index, links or requirements by an address, as options of one letter have them, or lists of words. */
const OTHER_INDEX = /[\s"',]-[if](?:[\s"',=]|$)|[\s"',]-[ifrc][\s"',=]{0,8}https?:/;
const INSTALLER = /\b(?:pip3?|uv|uvx|conda|mamba)\b/;
const ARCHIVE = /\.(?:whl|tar(?:\.\w+)?|tgz|zip)\b/;
const FETCHER = /\b(?:curl|wget)\b/;
const SHELL = /\b(?:(?:ba|z|da|k)?sh|python[\d.]*|node|perl|ruby|php)\b/;
const RUNNER = /\b(?:(?:ba|z|da|k)?sh|eval|source|python[\d.]*)\b/;

/** Whether something stands anywhere behind something else, in time that grows with the text. */
function after(text: string, first: RegExp, second: RegExp): boolean {
  const found = first.exec(text);
  return found !== null && second.test(text.slice(found.index + found[0].length));
}

/** Whether what a command of a pipe fetches comes to a shell further on in it. */
function isFetchedInto(pipe: readonly string[]): boolean {
  const at = pipe.findIndex((part) => FETCHER.test(part.slice(part.lastIndexOf(';') + 1)));
  return at !== -1 && pipe.slice(at + 1).some((part) => SHELL.test(part));
}

/** Whether a shell comes in a command after the one that fetches. */
function isRunAfterwards(line: string): boolean {
  const fetched = FETCHER.exec(line);
  return fetched !== null && after(line.slice(fetched.index), /&&|;/, SHELL);
}

/** Publishers of images, as references begin; whoever else publishes there is not known. */
const PUBLISHERS = [
  'ghcr.io/astral-sh/',
  'ghcr.io/huggingface/',
  'huggingface/',
  'docker.io/huggingface/',
  'nvcr.io/nvidia/',
  'nvidia/',
  'pytorch/',
  'docker.io/pytorch/',
  'tensorflow/',
  'vllm/',
  'docker.io/vllm/',
  'docker.io/library/',
  'mcr.microsoft.com/',
  'public.ecr.aws/docker/library/',
];

/** Docker's official images have a name without a publisher, as `python:3.12`. */
function isKnownImage(image: string): boolean {
  const isOfficial = /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?$/.test(image);
  const isPlain = /^[a-z0-9./_:-]+(?:@sha256:[0-9a-f]{64})?$/i.test(image) && !image.includes('..');
  return isOfficial || (isPlain && PUBLISHERS.some((publisher) => image.startsWith(publisher)));
}
