/*
 * What Python packages are called where they are imported, and what comes with them. Nothing here says that
 * a script is wrong by itself: what is not known is a doubt (`imports.ts`).
 */

/**
 * A distribution's name as indexes compare it:
 * https://packaging.python.org/en/latest/specifications/name-normalization/
 */
const normalized = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** https://docs.python.org/3/py-modindex.html, of 3.9 to 3.14. */
const STANDARD = new Set(
  words(`
    __future__ __main__ _thread abc aifc annotationlib antigravity argparse array ast asynchat asyncio
    asyncore atexit audioop base64 bdb binascii bisect builtins bz2 cProfile calendar cgi cgitb chunk
    cmath cmd code codecs codeop collections colorsys compileall compression concurrent configparser
    contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib
    dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput
    fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip
    hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools
    json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap
    modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode
    operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib
    poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat
    queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors
    shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile
    sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys
    sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit
    tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing
    unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref
    xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
  `),
);

export const isStandard = (module: string): boolean => STANDARD.has(module) || /^_[a-z]/.test(module);

/** Distributions that have a module of another name than their own; several may have the same. */
const PROVIDERS: Readonly<Record<string, string>> = {
  attr: 'attrs',
  bs4: 'beautifulsoup4',
  cv2: 'opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless',
  Crypto: 'pycryptodome',
  dateutil: 'python-dateutil',
  docx: 'python-docx',
  dotenv: 'python-dotenv',
  faiss: 'faiss-cpu faiss-gpu faiss-gpu-cu11 faiss-gpu-cu12',
  fitz: 'pymupdf',
  flash_attn: 'flash-attn',
  git: 'gitpython',
  google: 'google-cloud-storage google-genai google-generativeai protobuf google-auth',
  grpc: 'grpcio',
  hydra: 'hydra-core',
  IPython: 'ipython',
  jwt: 'pyjwt',
  lm_eval: 'lm-eval',
  llama_cpp: 'llama-cpp-python',
  magic: 'python-magic',
  MeCab: 'mecab-python3',
  mpl_toolkits: 'matplotlib',
  OpenSSL: 'pyopenssl',
  PIL: 'pillow pillow-simd',
  pkg_resources: 'setuptools',
  pptx: 'python-pptx',
  psycopg2: 'psycopg2-binary',
  pylab: 'matplotlib',
  pynvml: 'nvidia-ml-py',
  pythainlp: 'pythainlp',
  pytorch_lightning: 'pytorch-lightning',
  Levenshtein: 'levenshtein python-levenshtein',
  serial: 'pyserial',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  sentencepiece: 'sentencepiece',
  slugify: 'python-slugify',
  socks: 'pysocks',
  speech_recognition: 'speechrecognition',
  tensorboardX: 'tensorboardx',
  tensorflow: 'tensorflow tensorflow-cpu',
  umap: 'umap-learn',
  unsloth_zoo: 'unsloth-zoo',
  whisper: 'openai-whisper',
  win32api: 'pywin32',
  wx: 'wxpython',
  xgboost: 'xgboost xgboost-cpu',
  yaml: 'pyyaml',
  zmq: 'pyzmq',
};

/** Distributions that provide a module. */
export const providersOf = (module: string): readonly string[] =>
  (Object.hasOwn(PROVIDERS, module) ? (PROVIDERS[module] ?? '') : '')
    .split(' ')
    .filter(Boolean)
    .concat(normalized(module));

/** The name under which to ask for a module. */
export const distributionOf = (module: string): string => providersOf(module)[0] ?? module;

/**
 * What comes with a distribution, in any of its versions of the last years: more rather than less, since
 * what is missing here would be said to be missing there. Of what is not listed nothing is known.
 */
const BRINGS: Readonly<Record<string, string>> = {
  accelerate: 'torch numpy packaging psutil pyyaml huggingface-hub safetensors',
  bitsandbytes: 'torch numpy packaging scipy',
  datasets:
    'numpy pandas pyarrow requests httpx tqdm xxhash multiprocess dill fsspec aiohttp huggingface-hub packaging pyyaml filelock',
  diffusers:
    'huggingface-hub safetensors numpy pillow requests httpx regex filelock importlib-metadata packaging',
  evaluate: 'datasets numpy pandas dill requests tqdm xxhash multiprocess fsspec huggingface-hub packaging',
  'huggingface-hub':
    'filelock fsspec hf-xet httpx packaging pyyaml requests shellingham tqdm typer typer-slim typing-extensions click',
  joblib: '',
  kernels: 'huggingface-hub packaging pyyaml tomlkit kernels-data',
  matplotlib: 'numpy pillow contourpy cycler fonttools kiwisolver packaging pyparsing python-dateutil',
  nltk: 'click joblib regex tqdm',
  numpy: '',
  packaging: '',
  pandas: 'numpy python-dateutil pytz tzdata',
  peft: 'torch transformers accelerate numpy packaging psutil pyyaml tqdm safetensors huggingface-hub',
  pillow: '',
  protobuf: '',
  psutil: '',
  pyarrow: 'numpy',
  'python-dateutil': 'six',
  'python-dotenv': '',
  pyyaml: '',
  regex: '',
  requests: 'urllib3 idna certifi charset-normalizer',
  'rouge-score': 'absl-py nltk numpy six',
  sacrebleu: 'portalocker regex tabulate numpy colorama lxml',
  safetensors: '',
  'scikit-learn': 'numpy scipy joblib threadpoolctl',
  scipy: 'numpy',
  seaborn: 'numpy pandas matplotlib',
  'sentence-transformers':
    'transformers torch tqdm scikit-learn scipy numpy huggingface-hub pillow typing-extensions requests',
  sentencepiece: '',
  seqeval: 'numpy scikit-learn',
  setuptools: '',
  tiktoken: 'regex requests',
  tokenizers: 'huggingface-hub',
  torch:
    'numpy filelock typing-extensions sympy networkx jinja2 markupsafe fsspec setuptools triton pytorch-triton mpmath',
  torchaudio: 'torch numpy',
  torchvision: 'torch numpy pillow',
  tqdm: '',
  trackio:
    'pandas numpy huggingface-hub gradio gradio-client pillow orjson plotly pydantic uvicorn starlette fastapi httpx',
  transformers:
    'filelock huggingface-hub numpy packaging pyyaml regex requests httpx safetensors tokenizers tqdm typer typer-slim',
  trl: 'accelerate datasets transformers packaging jinja2 numpy rich torch',
  wandb:
    'click gitpython packaging platformdirs protobuf pydantic pyyaml requests sentry-sdk typing-extensions setproctitle psutil',
};

/** What comes with others: with something unknown it may be there too. */
const BROUGHT = new Set(Object.values(BRINGS).flatMap((names) => names.split(' ')));

export const isOftenBrought = (module: string): boolean =>
  providersOf(module).some((name) => BROUGHT.has(name));

/** A requirement: its distribution, what of a version it asks for, and whether that is all that is known. */
export type Requirement = { name: string; specifier: string; isPlain: boolean };

/** https://packaging.python.org/en/latest/specifications/dependency-specifiers/ */
export function requirementOf(text: string): Requirement | undefined {
  const [, name, extras = '', rest = ''] =
    /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*([^;]*)/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const specifier = rest.trim().replace(/^\((.*)\)$/, '$1');
  const isPlain = extras === '' && /^[<>=!~\d.,\s*a-z+]*$/i.test(specifier);
  return { name: normalized(name), specifier, isPlain };
}

/**
 * The distributions that are there with some requirements; `isKnown` where there are surely no others. What
 * has extras, an address or is not listed brings what nobody here knows.
 */
export function closureOf(requirements: readonly Requirement[]): { names: Set<string>; isKnown: boolean } {
  const names = new Set<string>();
  let isKnown = requirements.every(({ isPlain }) => isPlain);
  const waiting = requirements.map(({ name }) => name);
  const asked = new Set(waiting);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    if (!Object.hasOwn(BRINGS, name)) {
      if (asked.has(name)) isKnown = false;
      continue; // what is brought brings nothing that scripts import
    }
    waiting.push(...(BRINGS[name] ?? '').split(' ').filter(Boolean));
  }
  return { names, isKnown };
}

/** Whether one distribution brings another by itself, as far as that is known. */
export const brings = (name: string, other: string): boolean => closureOf([plain(name)]).names.has(other);

const plain = (name: string): Requirement => ({ name, specifier: '', isPlain: true });
