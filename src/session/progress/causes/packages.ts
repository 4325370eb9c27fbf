import type { Cause } from './cause.ts';

const ADD = 'add the package to the dependencies, or another version of it';

const NOT_BUILT = {
  cause: 'a package could not be built',
  advice: 'a version with a ready wheel, or an image with compilers and the CUDA toolkit',
};

/** Installing and importing packages, and starting the command at all. */
export const PACKAGES: readonly Cause[] = [
  {
    wording: /wandb.{0,40}(?:UsageError|api_key|login)|api_key not configured|No API key configured/i,
    cause: 'Weights & Biases has no key',
    advice: 'report_to="trackio" or "none", or WANDB_API_KEY among the secrets',
  },
  {
    wording: /Failed to find C compiler|InvalidCxxCompiler|No working C(?:\+\+)? compiler found/,
    cause: 'no C compiler there, which Triton and torch.compile need',
    advice: 'an image with gcc, or do without torch.compile',
  },
  {
    // What has to be cloned for it may not be there: lines below it tell.
    wording: /Failed to download and build .{1,200}git\+/,
    ...NOT_BUILT,
    isGeneral: true,
  },
  {
    wording:
      /Git operation failed|Git executable not found|failed to clone into|Cannot find command 'git'|git clone .{1,200} did not run successfully|git f[e]tch .{1,200} did not run successfully/,
    cause: 'a Git repository could not be had',
    advice: 'check its address and revision; a private one needs a token, and the image needs git',
  },
  {
    wording: /No virtual environment found|could not find a virtual environment/i,
    cause: 'there is no virtual environment to install into',
    advice: 'uv pip install --system, or uv venv before it',
  },
  {
    wording: /Distribution not found at: /,
    cause: 'a package’s file is not where it should be',
    advice: 'check the path; only what the job itself has made or loaded is there',
  },
  {
    wording: /Querying Python at .{1,200} failed|Failed to query Python interpreter/,
    cause: 'Python can’t be started',
    advice: 'another image, or another version of Python',
  },
  {
    wording: /exec format error/i,
    cause: 'the program was built for another kind of processor',
    advice: 'an image for the processor of this hardware, as linux/amd64',
  },
  {
    wording: /(?:ModuleNotFoundError|ImportError|PackageNotFoundError): (.{1,160})/,
    cause: 'import error',
    advice: ADD,
  },
  {
    wording: /(?:No module named '?[\w.]{1,100}|cannot import name '\w{1,100}')/,
    cause: 'import error',
    advice: ADD,
  },
  {
    wording:
      /undefined symbol|GLIBC(?:XX)?_[\d.]{1,12}. not found|cannot open shared object file|DLL load failed|numpy\.dtype size changed|compiled using NumPy 1\.x|operator torchvision::nms does not exist/,
    cause: 'packages that were built for other versions of each other',
    advice: 'versions of torch and its companions that belong together, or another image',
  },
  {
    wording:
      /No solution found when resolving|ResolutionImpossible|conflicting dependencies|Because .{1,160} depends on .{1,160}|version solving failed|requirements are unsatisfiable/,
    cause: 'dependencies cannot be resolved',
    advice: 'loosen the versions that contradict each other',
  },
  {
    wording:
      /Could not find a version that satisfies|No matching distribution found|was not found in the package registry|there are no versions of|has no wheels? with a matching|not found in registry|is not a supported wheel/i,
    cause: 'a package or version does not exist',
    advice: 'check its name and version on PyPI, and the version of Python',
  },
  {
    wording:
      /Invalid requirement|InvalidRequirement|Failed to parse(?:: `| metadata)|Expected (?:end or semicolon|package name)/,
    cause: 'a dependency is not written as pip and uv read it',
    advice: 'write it as name==version',
  },
  {
    wording: /Failed to install\b|Failed to (?:unzip|extract) (?:wheel|archive)|The wheel is invalid/,
    cause: 'a package could not be installed',
    advice: 'a wheel for this Python and system, or another version; press Re-run where it was cut off',
  },
  {
    wording: /externally-managed-environment|externally managed/,
    cause: 'pip may not install into this Python',
    advice: 'name the packages as dependencies of the job, or use a virtual environment',
  },
  {
    wording:
      /requires a different Python|Requires-Python|requires-python|Python version .{1,60} (?:does not|doesn't) satisfy|No interpreter found for/,
    cause: 'a package needs another version of Python',
    advice: 'another requires-python, or another version of the package',
  },
  {
    wording:
      /Failed (?:to build|to download and build|building wheel)|CUDA version .{1,20} mismatches the version|subprocess-exited-with-error|metadata-generation-failed|Call to .{1,80}build_(?:wheel|editable).{0,20} failed|error: command '.{1,160}' failed|nvcc (?:not found|was not found)|CUDA_HOME environment variable is not set|legacy-install-failure|Could not build wheels/,
    ...NOT_BUILT,
  },
  {
    wording:
      /Failed to (?:download|\wetch)|error sending request for url|HTTP status client error|hash mismatch|THESE PACKAGES DO NOT MATCH THE HASHES/i,
    cause: 'a package could not be downloaded',
    advice: 'press Re-run; check the address of the index',
  },
  {
    wording:
      /Failed to spawn|(?:command )?not found$|command not found: |^\/usr\/bin\/env: .{1,80}: No such file|: not found\b|executable file not found|No such command|^exec .{1,160}: no such file or directory|ENOENT: no such file/i,
    cause: 'a command is not there',
    advice: 'another image, or install it first',
  },
  {
    wording:
      /Failed to pull|manifest unknown|pull access denied|ImagePullBackOff|ErrImagePull|image .{1,120} not found/i,
    cause: 'the image can’t be had',
    advice: 'check the image’s name, and that it is public',
  },
  {
    wording:
      /the following arguments are required|unrecognized arguments|invalid choice: |expected (?:one|at least one) argument|ambiguous option|Missing option|No such option|HfArgumentParser|Some (?:specified|keys) .{0,40}not used by the/i,
    cause: 'the command has wrong arguments',
    advice: 'compare them with the script’s help',
  },
  {
    wording: /can't open file '.{1,200}': \[Errno 2\]/,
    cause: 'the script is not there',
    advice: 'give the script with the job, or its address',
  },
];
