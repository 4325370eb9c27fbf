/*
 * Arguments that libraries once took and do no longer take: models remember them. Each row was read in the
 * library's own source at the tags around the version, or in its guide for moving to it.
 */

export type Removed = {
  /** The distribution, and the first version that does not take it any more. */
  of: string;
  since: string;
  /** Where it went, as it is told: an argument of the same call, or what to do. */
  instead: string;
};

type Row = Removed & { callees: RegExp; names: readonly string[] };

/** Of transformers, and what is made of it by other libraries. */
const TRAINING_ARGUMENTS = /^(?:transformers\.(?:Seq2Seq)?TrainingArguments|trl\.\w+Config)$/;
const TRANSFORMERS_TRAINER = /^transformers\.(?:Seq2Seq)?Trainer$/;
const FROM_PRETRAINED = /^transformers\.\w+\.from_pretrained$/;

/** https://github.com/huggingface/transformers/blob/main/MIGRATION_GUIDE_V5.md, and training_args.py. */
const TRANSFORMERS: readonly Row[] = [
  row(TRAINING_ARGUMENTS, 'evaluation_strategy', 'transformers', '4.47', 'eval_strategy'),
  row(TRANSFORMERS_TRAINER, 'tokenizer', 'transformers', '5.0', 'processing_class'),
  row(TRAINING_ARGUMENTS, 'no_cuda', 'transformers', '5.0', 'use_cpu'),
  row(TRAINING_ARGUMENTS, 'push_to_hub_token', 'transformers', '5.0', 'hub_token'),
  row(
    TRAINING_ARGUMENTS,
    'push_to_hub_model_id push_to_hub_organization',
    'transformers',
    '5.0',
    'hub_model_id="account/name"',
  ),
  row(TRAINING_ARGUMENTS, 'per_gpu_train_batch_size', 'transformers', '5.0', 'per_device_train_batch_size'),
  row(TRAINING_ARGUMENTS, 'per_gpu_eval_batch_size', 'transformers', '5.0', 'per_device_eval_batch_size'),
  row(
    TRAINING_ARGUMENTS,
    'include_inputs_for_metrics',
    'transformers',
    '5.0',
    'include_for_metrics=["inputs"]',
  ),
  row(
    TRAINING_ARGUMENTS,
    'include_tokens_per_second',
    'transformers',
    '5.0',
    'include_num_input_tokens_seen',
  ),
  row(
    TRAINING_ARGUMENTS,
    'fsdp_min_num_params fsdp_transformer_layer_cls_to_wrap',
    'transformers',
    '5.0',
    'fsdp_config',
  ),
  row(TRAINING_ARGUMENTS, 'jit_mode_eval', 'transformers', '5.0', 'torch_compile'),
  row(
    TRAINING_ARGUMENTS,
    'overwrite_output_dir fp16_backend half_precision_backend use_mps_device past_index mp_parameters tpu_num_cores ray_scope use_legacy_prediction_loop tpu_metrics_debug',
    'transformers',
    '5.0',
    'nothing: leave it out',
  ),
  row(FROM_PRETRAINED, 'use_auth_token', 'transformers', '5.0', 'token'),
  row(
    FROM_PRETRAINED,
    'load_in_4bit load_in_8bit',
    'transformers',
    '5.0',
    'quantization_config=BitsAndBytesConfig(…)',
  ),
];

/** https://github.com/huggingface/trl, its trainers and configs at the tags v0.12.0 to v1.9.0. */
const TRL: readonly Row[] = [
  row(/^trl\.(?:SFT|DPO|Reward|GRPO|KTO|RLOO)Trainer$/, 'tokenizer', 'trl', '0.16', 'processing_class'),
  row(/^trl\.SFTConfig$/, 'max_seq_length', 'trl', '0.20', 'max_length'),
  row(/^trl\.SFTConfig$/, 'num_of_sequences chars_per_token', 'trl', '0.18', 'max_length'),
  row(/^trl\.SFTConfig$/, 'dataset_batch_size', 'trl', '0.18', 'nothing: leave it out'),
  row(/^trl\.SFTConfig$/, 'use_liger', 'trl', '0.18', 'use_liger_kernel'),
  row(/^trl\.SFTTrainer$/, 'max_seq_length', 'trl', '0.13', 'SFTConfig(max_length=…) as args'),
  row(
    /^trl\.SFTTrainer$/,
    'packing eval_packing dataset_text_field dataset_num_proc dataset_kwargs model_init_kwargs neftune_noise_alpha num_of_sequences chars_per_token dataset_batch_size infinite',
    'trl',
    '0.13',
    'SFTConfig(…) as args',
  ),
  row(
    /^trl\.DPOTrainer$/,
    'beta loss_type label_smoothing label_pad_token_id padding_value truncation_mode max_length max_prompt_length max_target_length is_encoder_decoder disable_dropout generate_during_eval precompute_ref_log_probs dataset_num_proc model_init_kwargs ref_model_init_kwargs reference_free force_use_ref_model',
    'trl',
    '0.13',
    'DPOConfig(…) as args, as far as it has it',
  ),
  row(/^trl\.GRPOConfig$/, 'max_prompt_length', 'trl', '0.28', 'nothing: cut prompts in the dataset'),
  row(/^trl\.DPOConfig$/, 'max_prompt_length max_completion_length', 'trl', '0.29', 'max_length'),
];

/**
 * Of other libraries, at their tags: datasets 2.21.0 and 3.0.0, accelerate 0.34.0 and 1.0.0,
 * huggingface_hub 0.36.0 and 1.0.0.
 */
const OTHERS: readonly Row[] = [
  row(/^datasets\.load_dataset$/, 'use_auth_token', 'datasets', '3.0', 'token'),
  row(/^datasets\.load_dataset$/, 'ignore_verifications', 'datasets', '3.0', 'verification_mode'),
  row(/^datasets\.load_dataset$/, 'task', 'datasets', '3.0', 'nothing: leave it out'),
  row(
    /^accelerate\.Accelerator$/,
    'dispatch_batches even_batches use_seedable_sampler',
    'accelerate',
    '1.0',
    'dataloader_config=DataLoaderConfiguration(…)',
  ),
  row(
    /^huggingface_hub\.(?:hf_hub_download|snapshot_download)$/,
    'resume_download local_dir_use_symlinks proxies force_filename',
    'huggingface-hub',
    '1.0',
    'nothing: leave it out',
  ),
];

function row(callees: RegExp, names: string, of: string, since: string, instead: string): Row {
  return { callees, names: names.split(' '), of, since, instead };
}

const ROWS: readonly Row[] = [...TRANSFORMERS, ...TRL, ...OTHERS];

/** What became of an argument; undefined where it is not known to be gone. */
export const removedOf = (callee: string, name: string): Removed | undefined =>
  ROWS.find((one) => one.names.includes(name) && one.callees.test(callee));
