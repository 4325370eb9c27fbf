import type { Cause } from './cause.ts';

const CAPACITY = 'make room or a plan with more storage, or push to another account';

const NOT_SIGNED_IN = {
  cause: 'not signed in, or the token is not valid (401)',
  advice: 'give the job a valid HF_TOKEN among its secrets',
};

/** The Hugging Face Hub, models and datasets, and whatever else is asked over the network. */
export const HUB: readonly Cause[] = [
  {
    wording: /request to access .{1,160} (?:is awaiting|is pending|awaits)|awaiting a review from/i,
    cause: 'gated repository: access was asked for, and waits for its owners',
    advice: 'wait until they accept it, then press Re-run',
  },
  {
    wording: /request to access .{1,160} (?:has been|was) (?:rejected|refused|denied)/i,
    cause: 'gated repository: its owners have refused access',
    advice: 'ask them, or take another model or dataset',
  },
  {
    wording: /enable access to public gated repositories/i,
    cause: 'the token may not read gated repositories',
    advice: 'allow public gated repositories in the settings of the fine-grained token',
  },
  {
    wording:
      /discussions? (?:and pull requests )?(?:are|is|have been) (?:disabled|turned off|not enabled)|DisabledDiscussions/i,
    cause: 'discussions and pull requests are off there (403)',
    advice: 'push without create_pr, or let the owners switch them on in its settings',
  },
  {
    wording:
      /GatedRepoError|DatasetGatedError|Access to (?:model|dataset) .{1,120} is restricted|trying to access a gated repo|is a gated (?:repo|model|dataset)|must (?:be authenticated|have access|be logged in) to access it/i,
    cause: 'gated repository: access has to be requested',
    advice: 'ask for it on the repository’s page with the account whose token runs, then press Re-run',
    isGeneral: true,
  },
  {
    wording:
      /storage (?:limit|quota)|storage patterns? (?:tripped|limit)|over its (?:private )?(?:storage|repository storage)|exceeded your (?:private )?(?:repository )?storage|LFS .{0,40}quota/i,
    cause: 'storage limit of the Hub reached',
    advice: CAPACITY,
  },
  {
    wording:
      /\b402\b.{0,60}Payment Required|Payment Required|Insufficient (?:credits?|balance|funds)|exceeded your (?:monthly )?included credits|insufficient_quota|run out of credits/i,
    cause: 'payment required: no credits left',
    advice: 'add credits or a payment method to the account, then press Re-run',
  },
  {
    wording:
      /\b429\b.{0,60}(?:Too Many Requests|Client Error)|Too Many Requests|rate[- ]limit(?:ed|s)? (?:exceeded|reached)|RateLimitError|(?:hit your|been) .{0,30}rate[- ]limit/i,
    cause: 'too many requests: a rate limit was reached',
    advice: 'wait, then press Re-run; set HF_TOKEN, and load fewer files at once',
  },
  {
    wording:
      /RevisionNotFoundError|Revision Not Found|is not a valid git identifier|revision .{1,80} (?:does not|doesn't) exist|Invalid rev id/i,
    cause: 'revision not found',
    advice: 'check the name of the branch, tag or commit',
  },
  {
    wording:
      /\b(?:Remote)?EntryNotFoundError|Entry Not Found|does not (?:appear to )?have (?:a|any) files? named|is not found in the .{0,40}repo|Can't find file|no file named (?:pytorch_model|model|adapter|tf_model)|Unable to find .{1,120} in repository|Can't find '?adapter_config/i,
    cause: 'a file is not in the repository',
    advice: 'compare the name with the files of the repository, or take another revision',
  },
  {
    wording:
      /DatasetNotFoundError|Dataset .{1,120} doesn't exist on the Hub|Couldn't find (?:a|any) (?:dataset script|data file)|Couldn't reach .{1,120} on the Hub|BuilderConfig .{1,120} not found|Unknown split|DataFilesNotFoundError|EmptyDatasetError|Config name is missing|should be one of \['?(?:train|test|default)/i,
    cause: 'dataset, configuration or split not found',
    advice: 'check the names of the dataset, its configuration and its split',
  },
  {
    wording:
      /Dataset scripts are no longer supported|trust_remote_code.? is not supported anymore|Loading .{1,120} with a dataset script|[Tt]he repository (?:for )?.{1,120} contains custom code which must be executed|requires you to execute the (?:dataset|configuration|modeling) (?:script|file)/i,
    cause: 'code of the repository would have to run (dataset scripts are no longer supported)',
    advice: 'a copy as Parquet (revision="refs/convert/parquet"), or trust_remote_code=True for a model',
  },
  {
    wording:
      /DatasetGenerationError|An error occurred while generating the dataset|DatasetGenerationCastError|All the data files must have the same columns|CastError|Couldn't cast|ArrowInvalid|JSON parse error|ParserError|Error tokenizing data|SplitsVerificationError|NonMatchingSplitsSizesError/,
    cause: 'the dataset’s files can’t be read as one table',
    advice: 'name data_files and features, or mend the file that differs',
  },
  {
    wording:
      /Invalid (?:user token|credentials in Authorization)|LocalTokenNotFoundError|Token is required|not logged in|Invalid token|invalid_api_key|Incorrect API key/i,
    ...NOT_SIGNED_IN,
  },
  {
    // Who is not signed in is told 401 of what does not exist, too.
    wording:
      /RepositoryNotFoundError|Repository Not Found|is not a local folder and is not a valid model identifier|Can't load (?:tokenizer|the (?:model|configuration|config|image processor|feature extractor)|config|model) (?:for|of)|Repo id must|HFValidationError|Incorrect path_or_model_id/i,
    cause: 'repository not found',
    advice: 'check the name of the model or dataset; a private one needs a token that may read it',
    isGeneral: true,
  },
  {
    wording: /\b401\b.{0,60}(?:Client Error|Unauthorized)|Invalid username or password|Unauthorized\b/i,
    ...NOT_SIGNED_IN,
    isGeneral: 'status',
  },
  {
    wording:
      /\b403\b.{0,60}(?:Client Error|Forbidden)|don't have the (?:rights|permission)|do not have (?:the )?(?:required )?permissions?|Forbidden: |insufficient (?:permissions|scopes)|pass `?create_pr=1/i,
    cause: 'not allowed (403)',
    advice: 'a token with write access to that repository or organisation, or another name to push to',
    isGeneral: 'status',
  },
  {
    wording:
      /\b4(?:00|09|13|22)\b.{0,60}(?:Client Error|Bad Request|Conflict|Payload Too Large|Unprocessable)|BadRequestError/i,
    cause: 'the server refused what it was asked for',
    advice: 'change what its message names: look at the log',
    isGeneral: 'status',
  },
  {
    wording: /\b404\b.{0,60}(?:Client Error|Not Found)/i,
    cause: 'not found on the server (404)',
    advice: 'check the name or address; what is private needs a token that may read it',
    isGeneral: 'status',
  },
  {
    wording:
      /does not recognize this architecture|model type `?.{1,80}`? but Transformers does not|Unrecognized (?:model|configuration class|processing class)|not supported for now|Model architectures? \[.{1,120}\] (?:are|is) not supported|Unknown (?:model|architecture)/i,
    cause: 'this version does not know the model’s architecture',
    advice: 'a newer transformers or vllm among the dependencies, or another model',
  },
  {
    wording:
      /Error while deserializing header|HeaderTooLarge|MetadataIncompleteBuffer|invalid load key|failed finding central directory|UnpicklingError|SafetensorError|Consistency check failed/,
    cause: 'a file of the model is broken or only half there',
    advice: 'press Re-run to load it anew, else take another revision',
  },
  {
    wording:
      /tokenizer\.chat_template is not set|does not have a chat template|no (?:template|chat template) (?:argument|is defined)|Conversation roles must alternate|TemplateError|System role not supported/i,
    cause: 'the chat template does not fit the data',
    advice: 'an instruct model, or a chat_template of one’s own; compare the roles of the messages',
  },
  {
    wording:
      /Target modules .{1,400} not found in the base model|No modules were targeted for adaptation|Please specify `target_modules`/,
    cause: 'LoRA’s target modules are not in this model',
    advice: 'target_modules="all-linear", or names that this model has',
  },
  {
    wording:
      /num_samples should be a positive integer value, but got num_samples=0|Found array with 0 sample|The dataset is empty\b/i,
    cause: 'there are no rows to train on',
    advice: 'look at the filters, the split and the columns: nothing is left',
  },
  {
    wording: /Unable to create tensor, you should probably activate truncation/,
    cause: 'rows of different lengths in one batch',
    advice: 'padding and truncation in the tokenizer, or a collator that pads; leave columns of text out',
  },
  {
    wording: /must be (?:evenly )?divisible by the number of generations/,
    cause: 'the batch size does not fit num_generations',
    advice: 'a global batch size that is a multiple of num_generations',
  },
  {
    wording: /padding token|pad_token|Asking to pad but the tokenizer does not have/i,
    cause: 'the tokenizer has no padding token',
    advice: 'tokenizer.pad_token = tokenizer.eos_token',
  },
  {
    wording:
      /LocalEntryNotFoundError|outgoing traffic has been disabled|OfflineModeIsEnabled|Cannot reach .{1,80}: offline mode|We couldn't connect to|couldn't connect to 'https/i,
    cause: 'the Hub can’t be reached, and the file is not here',
    advice: 'do without HF_HUB_OFFLINE, or press Re-run',
  },
  {
    wording:
      /\b50[0234]\b.{0,60}(?:Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|Internal Server Error)/i,
    cause: 'a server failed',
    advice: 'press Re-run in some minutes',
  },
  {
    wording:
      /Name or service not known|Temporary failure in name resolution|NameResolutionError|Failed to resolve|Could not resolve host|getaddrinfo|SSLError|CERTIFICATE_VERIFY_FAILED|Max retries exceeded|Connection refused|Connection aborted|Request failed after \d{1,3} retries|Network is unreachable|ChunkedEncodingError|IncompleteRead|RemoteDisconnected|ServerDisconnected|ProxyError|ConnectionError/,
    cause: 'the network failed',
    advice: 'press Re-run; check addresses of one’s own services',
  },
  {
    wording:
      /(?:Read|Connect|Pool|Socket|Gateway)Time-?out|Timeout(?:Error|Expired|Exception)\b|timed[ -]out|time limit (?:exceeded|reached)|exceeded (?:its|the) time limit|DUE TO TIME LIMIT|DeadlineExceeded|Job timeout(?:$| exceeded| reached)|exceeded the (?:maximum|allowed) (?:execution |run ?)?time|took longer than \d/i,
    cause: 'time-out',
    advice: 'a longer time limit, or save and resume from checkpoints',
  },
];
