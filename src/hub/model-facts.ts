import { z } from 'zod';
import { wholeBeginning } from '../lib/cut.ts';
import { parsedJson } from '../lib/json.ts';

/*
 * What a model is, as the Hub's metadata and its `config.json` say it. Both are written by whoever owns the
 * repository: what is no name or number of its kind is left out, and what is not said stays unknown.
 */

/** The most that a length, a size of a window or a count can be. */
const MOST = 1e15;
const size = z.number().positive().max(MOST).optional().catch(undefined);
const count = z.number().int().positive().max(MOST).optional().catch(undefined);
const name = z
  .string()
  .transform((text) => wholeBeginning(text.replace(/[^\p{L}\p{N} ._/:+-]/gu, '').trim(), 100))
  .transform((text) => text || undefined)
  .optional()
  .catch(undefined);
const names = z
  .union([z.array(name).max(1_000), name.transform((one) => [one])])
  .transform((all) => all.filter((one) => one !== undefined).slice(0, 5))
  .catch([]);
const object = z.looseObject({}).optional().catch(undefined);

/**
 * https://huggingface.co/docs/hub/api#get-apimodelsrepoid with `expand`; `safetensors` as
 * https://huggingface.co/docs/safetensors/metadata_parsing describes it, `gguf` of files of llama.cpp.
 */
export const ModelMetadata = z.looseObject({
  safetensors: z
    .looseObject({ parameters: z.record(z.string(), z.number()).optional().catch(undefined), total: count })
    .optional()
    .catch(undefined),
  gguf: z
    .looseObject({ total: count, architecture: name, context_length: count })
    .optional()
    .catch(undefined),
  config: z
    .looseObject({
      architectures: names,
      model_type: name,
      peft: z.looseObject({ base_model_name_or_path: name, task_type: name }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  cardData: z
    .looseObject({ license: names, license_name: name, base_model: names })
    .optional()
    .catch(undefined),
  library_name: name,
});
export type ModelMetadata = z.infer<typeof ModelMetadata>;

/** Where models of several parts keep what their language model is. */
const NESTED = ['text_config', 'llm_config', 'language_config', 'thinker_config'] as const;

const Rope = z.looseObject({
  rope_type: name,
  type: name,
  factor: size,
  original_max_position_embeddings: count,
});
const Config = z.looseObject({
  architectures: names,
  model_type: name,
  max_position_embeddings: count,
  n_positions: count,
  n_ctx: count,
  max_seq_len: count,
  max_sequence_length: count,
  seq_length: count,
  max_target_positions: count,
  sliding_window: count,
  use_sliding_window: z.boolean().optional().catch(undefined),
  attention_chunk_size: count,
  rope_scaling: Rope.optional().catch(undefined),
  rope_parameters: Rope.optional().catch(undefined),
  quantization_config: z.looseObject({ quant_method: name }).optional().catch(undefined),
});
type Config = z.infer<typeof Config>;

/** https://huggingface.co/docs/peft/developer_guides/checkpoint, `adapter_config.json`. */
const Adapter = z.looseObject({
  base_model_name_or_path: name,
  peft_type: name,
  r: count,
  target_modules: names,
});

/** What files of a repository hold, as texts; undefined where there is none, or it can't be read. */
export type ConfigFiles = { config: string | undefined; adapter: string | undefined };

/** What is known of a model, a line each. What is not known is said to be unknown. */
export function modelFacts(meta: ModelMetadata, files: ConfigFiles): string[] {
  const config = parsed(Config, files.config);
  const adapter = parsed(Adapter, files.adapter);
  const isAdapter = adapter !== undefined || meta.config?.peft !== undefined;
  return [
    `Parameters: ${parametersOf(meta, isAdapter)}`,
    `Architecture: ${architectureOf(meta, config, isAdapter)}`,
    `Context length: ${isAdapter ? 'that of its base model' : contextOf(meta, config)}`,
    `Licence: ${licenceOf(meta)}`,
    `Base model: ${baseOf(meta, adapter) ?? (isAdapter ? UNKNOWN : 'none is named')}`,
    ...(isAdapter ? [`Adapter: ${adapterOf(adapter)}`] : []),
  ];
}

const UNKNOWN = 'unknown';

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  text: string | undefined,
): z.infer<Schema> | undefined {
  return text === undefined ? undefined : schema.safeParse(parsedJson(text)).data;
}

function parametersOf({ safetensors, gguf }: ModelMetadata, isAdapter: boolean): string {
  const types = Object.entries(safetensors?.parameters ?? {})
    .filter(([type, n]) => /^[A-Z][A-Z0-9_]{0,15}$/.test(type) && n > 0 && n <= MOST)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 6);
  const total = safetensors?.total ?? (types.length === 1 ? types[0]?.[1] : undefined);
  const whose = isAdapter ? ' of the adapter alone' : '';
  if (types.length > 0) {
    const each = types.map(([type, n]) => `${type} ${millions(n)}`).join(', ');
    const packed = types.some(([type]) => /^[IU]\d+$/.test(type))
      ? '; a number of whole-number types may hold several weights'
      : '';
    return `${total === undefined ? '' : `${millions(total)}${whose} `}(${each}, by the safetensors metadata${packed})`;
  }
  if (gguf?.total !== undefined) return `${millions(gguf.total)} (by the GGUF metadata)`;
  return total === undefined
    ? `${UNKNOWN}: the Hub has no safetensors metadata of it`
    : `${millions(total)}${whose}`;
}

function architectureOf(meta: ModelMetadata, config: Config | undefined, isAdapter: boolean): string {
  const classes = config?.architectures.length ? config.architectures : (meta.config?.architectures ?? []);
  const type = config?.model_type ?? meta.config?.model_type ?? meta.gguf?.architecture;
  const quantised = config?.quantization_config?.quant_method;
  const said = [
    [classes.join(', '), type && `(${type})`].filter(Boolean).join(' '),
    meta.gguf === undefined ? '' : 'GGUF',
    quantised === undefined ? '' : `quantised with ${quantised}`,
  ].filter(Boolean);
  return said.join(', ') || (isAdapter ? 'that of its base model' : UNKNOWN);
}

/** The part of a configuration that is about text. */
function ofText(config: Config | undefined, depth = 0): Config | undefined {
  if (config === undefined || positionsOf(config) !== undefined || depth > 3) return config;
  for (const key of NESTED) {
    const inner = object.parse(config[key]);
    const found = inner && ofText(Config.parse(inner), depth + 1);
    if (found !== undefined && positionsOf(found) !== undefined) return found;
  }
  return config;
}

const LENGTHS = [
  'max_position_embeddings',
  'n_positions',
  'max_sequence_length',
  'max_seq_len',
  'seq_length',
  'n_ctx',
  'max_target_positions',
] as const;

function positionsOf(config: Config): { field: string; tokens: number } | undefined {
  for (const field of LENGTHS) {
    const tokens = config[field];
    if (tokens !== undefined) return { field, tokens };
  }
  return undefined;
}

function contextOf({ gguf }: ModelMetadata, whole: Config | undefined): string {
  const config = ofText(whole);
  const found = config && positionsOf(config);
  if (config === undefined || found === undefined) {
    return gguf?.context_length === undefined
      ? `${UNKNOWN}: no config.json that can be read says it`
      : `${figure(gguf.context_length)} tokens (by the GGUF metadata)`;
  }
  const rope = config.rope_parameters ?? config.rope_scaling;
  const kind = rope?.rope_type ?? rope?.type;
  const scaled =
    kind === undefined || kind === 'default'
      ? undefined
      : [
          `RoPE scaling ${kind}`,
          rope?.factor && `factor ${rope.factor}`,
          rope?.original_max_position_embeddings &&
            `trained on ${figure(rope.original_max_position_embeddings)}`,
        ]
          .filter(Boolean)
          .join(', ');
  const window =
    config.sliding_window === undefined || config.use_sliding_window === false
      ? undefined
      : `sliding window ${figure(config.sliding_window)}`;
  const chunk =
    config.attention_chunk_size && `attention in chunks of ${figure(config.attention_chunk_size)}`;
  const more = [found.field, scaled, window, chunk].filter(Boolean).join('; ');
  return `${figure(found.tokens)} tokens (${more})`;
}

function licenceOf({ cardData }: ModelMetadata): string {
  const names = cardData?.license ?? [];
  const own = cardData?.license_name;
  return [names.join(', '), own && own !== names[0] ? `(${own})` : ''].filter(Boolean).join(' ') || UNKNOWN;
}

const baseOf = (meta: ModelMetadata, adapter: z.infer<typeof Adapter> | undefined): string | undefined =>
  adapter?.base_model_name_or_path ??
  meta.config?.peft?.base_model_name_or_path ??
  (meta.cardData?.base_model.join(', ') || undefined);

const adapterOf = (adapter: z.infer<typeof Adapter> | undefined): string =>
  [
    adapter?.peft_type,
    adapter?.r && `rank ${adapter.r}`,
    adapter && adapter.target_modules.length > 0 && `on ${adapter.target_modules.join(', ')}`,
  ]
    .filter(Boolean)
    .join(', ') || UNKNOWN;

const figure = (n: number): string => n.toLocaleString('en');

/** "8.03B", as names of models have it. */
function millions(n: number): string {
  if (n >= 1e12) return `${(n / 1e12).toFixed(2)}T`;
  if (n >= 1e9) return `${(n / 1e9).toFixed(2)}B`;
  return n >= 1e6 ? `${(n / 1e6).toFixed(1)}M` : figure(n);
}
