import type { Cause } from './cause.ts';

/** GPUs, their drivers and kernels, and processes that work together. */
export const DEVICES: readonly Cause[] = [
  {
    wording:
      /driver (?:version )?(?:on your system )?is (?:too old|insufficient)|CUDA driver version is insufficient|forward compatibility was attempted on non supported HW|PTX was compiled with an unsupported toolchain|unsupported display driver \/ cuda driver combination|not supported in the installed CUDA driver/i,
    cause: 'the GPU driver is too old for this CUDA',
    advice: 'a build of torch for an older CUDA, or another image or hardware',
  },
  {
    wording:
      /no kernel image is available for execution|not compiled with (?:GPU|CUDA) support for sm_|invalid device function|device kernel image is invalid|hipErrorNoBinaryForGpu/i,
    cause: 'a package was not built for this GPU',
    advice: 'a newer build of torch or of the package, or other hardware',
  },
  {
    wording:
      /Found no NVIDIA driver|No CUDA GPUs are available|no CUDA-capable device|Torch not compiled with CUDA enabled|CUDA is not available|requires? a? ?(?:CUDA )?GPU|No GPU found|Failed to infer device type|cannot find any torch accelerator|libcuda\.so(?:\.1)?: cannot open|deserialize object on a CUDA device but torch\.cuda\.is_available\(\) is False/i,
    cause: 'no GPU there',
    advice: 'hardware with a GPU, and a build of torch with CUDA',
  },
  {
    wording: /invalid device ordinal|Device index must|device >= 0 && device < num_gpus/,
    cause: 'there is no GPU of that number',
    advice: 'fewer processes (nproc_per_node, num_processes), or hardware with more GPUs',
  },
  {
    wording:
      /CUDA-capable devices?(?:\(s\))? (?:is\/are|is|are) busy|busy or unavailable|system not yet initialized|CUDA unknown error|Unexpected error from (?:cuda|hip)GetDeviceCount|(?:CUDA|HIP) (?:driver )?error: (?:device not ready|initialization error|unknown error|OS call failed)|cudaError(?:DevicesUnavailable|SystemNotReady|InitializationError)|Failed to initialize NVML|NVML: (?:Driver|Unknown)|UR_RESULT_ERROR_DEVICE_LOST/i,
    cause: 'the GPU can’t be used as it is',
    advice: 'press Re-run: another machine is taken; only one process may use a GPU that is exclusive',
  },
  {
    wording:
      /[Uu]nable to find an engine to execute this computation|cuDNN Frontend error|No (?:valid )?execution plans? (?:built|support)/,
    cause: 'cuDNN has no way to compute this here',
    advice: 'a smaller batch, one dtype, or a build of torch with the cuDNN that it wants',
  },
  {
    wording: /device-side assert triggered|Assertion `.{1,120}` failed\.?$|cudaErrorAssert/,
    cause: 'a check on the GPU failed, as for an index out of range',
    advice: 'compare labels and token ids with the size of the model; CUDA_LAUNCH_BLOCKING=1 shows where',
  },
  {
    wording:
      /illegal (?:memory access|instruction was encountered)|misaligned address|unspecified launch failure|CUBLAS_STATUS_(?:EXECUTION_FAILED|INTERNAL_ERROR|NOT_INITIALIZED|INVALID_VALUE)|CUDNN_STATUS_(?:EXECUTION_FAILED|INTERNAL_ERROR|NOT_INITIALIZED|NOT_SUPPORTED|MAPPING_ERROR)|cudaErrorIllegalAddress/,
    cause: 'a GPU kernel crashed',
    advice: 'try another attention implementation or version, or CUDA_LAUNCH_BLOCKING=1 to see where',
  },
  {
    wording:
      /uncorrectable (?:ECC|NVLink) error|GPU has fallen off the bus|Xid \(|GPU is lost|cudaErrorECCUncorrectable/i,
    cause: 'the GPU is broken',
    advice: 'press Re-run: another machine is taken',
  },
  {
    wording:
      /FlashAttention (?:only supports|forward only supports|requires|2 )|flash_attn(?:_2)?\b.{0,80}(?:not (?:be )?(?:installed|found|seem)|No module)|FlashAttention2? has been toggled on, but|the package flash_attn seems to be not installed|No module named 'flash_attn/i,
    cause: 'FlashAttention is missing, or does not fit this GPU',
    advice: 'attn_implementation="sdpa", or install flash-attn on an Ampere GPU or newer',
  },
  {
    wording:
      /bitsandbytes.{0,80}(?:not (?:compiled|installed|found)|requires|CUDA Setup failed)|requires the latest version of bitsandbytes|CUDA Setup failed despite/i,
    cause: 'bitsandbytes is missing, or does not fit this hardware',
    advice: 'add bitsandbytes to the dependencies and take a GPU, or do without quantisation',
  },
  {
    wording:
      /\b(?:bf16|bfloat16)\b.{0,60}(?:not supported|requires|only supported|isn't)|Your setup doesn't support bf16|bfloat16 is not supported/i,
    cause: 'this hardware has no bf16',
    advice: 'fp16=True instead of bf16, or newer hardware',
  },
  {
    wording:
      /Watchdog caught collective operation timeout|collective operation timeout|Timed out waiting \d{1,12}ms for (?:recv|send)|wait timeout after \d{1,12}ms/i,
    cause: 'processes waited too long for each other (NCCL time-out)',
    advice: 'look which process stopped first; a longer ddp_timeout where one just takes long',
    isConsequence: true,
  },
  {
    wording:
      /NCCL error|ncclSystemError|ncclInternalError|ncclUnhandledCudaError|ncclRemoteError|ncclInvalidUsage|DistBackendError|NCCL communicator was aborted|RCCL/,
    cause: 'communication between GPUs failed (NCCL)',
    advice: 'look which process stopped first; NCCL_DEBUG=INFO tells more, one GPU does without',
    isConsequence: true,
    isGeneral: true,
  },
  {
    wording:
      /Connection closed by peer|Gloo connectFullMesh failed|\[c10d\] The client socket has|DistNetworkError|DistStoreError|failed to (?:connect|recv|listen)|Broken pipe|Connection reset by peer|address already in use|EADDRINUSE/i,
    cause: 'a process could not reach another one',
    advice: 'look which process stopped first, else press Re-run',
    isConsequence: true,
  },
  {
    wording:
      /Engine core initialization failed|Engine core proc|EngineDeadError|Engine process failed to start/,
    cause: 'vLLM’s engine did not start, or ended',
    advice: 'look further up for what its process said',
    isConsequence: true,
  },
  {
    wording:
      /WorkerCrashedError|ActorDiedError|(?:\bA |\bThe )?worker died (?:unexpectedly|or was killed)|actor died unexpectedly/i,
    cause: 'a worker of Ray has died',
    advice: 'look further up for what it said: often it was out of memory',
    isConsequence: true,
  },
  {
    wording:
      /Expected all tensors to be on the same device|Expected object of device type|tensors? (?:is|are) on (?:cpu|cuda|meta)|Cannot copy out of meta tensor/i,
    cause: 'tensors on different devices',
    advice: 'let the trainer place the model (no device_map with DDP), or move the inputs to its device',
  },
  {
    wording:
      /size mismatch for|shapes cannot be multiplied|must match the size of tensor|Sizes of tensors must match|Expected input batch_size|The size of tensor a|shape .{1,60} is invalid for input|incompatible shapes/i,
    cause: 'tensors of sizes that do not fit',
    advice: 'compare the shapes in the log with the model’s config and the collator',
  },
  {
    wording:
      /expected scalar type|Found dtype \w{1,20} but expected|must have the same dtype|expected (?:m1 and m2|mat1 and mat2) to have the same dtype|Input type .{1,60} and weight type|not implemented for '(?:Half|BFloat16|Long|Int|Float|Bool)'/,
    cause: 'numbers of different types (dtype)',
    advice: 'one dtype for model and inputs (torch_dtype, bf16 or fp16), or autocast',
  },
  {
    wording: /Attempting to unscale FP16 gradients/,
    cause: 'weights in fp16 can’t be trained with gradient scaling',
    advice: 'load the model in fp32 or bf16 (dtype), or bf16=True instead of fp16',
  },
  {
    wording: /loss scale already at minimum|Minimum loss scale reached/i,
    cause: 'the loss scale can’t get smaller: gradients are no numbers in fp16',
    advice: 'lower the learning rate, or train in bf16 instead of fp16',
  },
  {
    wording:
      /probability tensor contains either|NaN or Inf found in input|Input contains NaN|contains (?:NaN|infinity) or/i,
    cause: 'the model gives no numbers (NaN or infinite)',
    advice: 'bf16 or fp32 instead of fp16, a lower learning rate, or whole weights',
  },
  {
    wording:
      /does not require grad and does not have a grad_fn|element 0 of tensors does not require grad|Trying to backward through the graph a second time|modified by an inplace operation|Expected to have finished reduction in the prior iteration|Expected to mark a variable ready only once/,
    cause: 'gradients can’t be computed',
    advice: 'model.enable_input_require_grads() with LoRA and checkpointing, or find_unused_parameters',
  },
  {
    wording:
      /Segmentation fault|SIGSEGV|Signal 11\b|exit ?code ?:? ?(?:-11|139)\b|core dumped|SIGABRT|Signal 6\b|Illegal instruction|terminate called|libc\+\+abi: terminating|^Aborted$|\d Aborted\b|\b(?:free|[mcre]{1,2}alloc|munmap_chunk|malloc_consolidate|unlink_chunk|_int_(?:free|malloc))\(\): \w|double free or corruption|corrupted (?:double-linked list|size vs\. prev_size|unsorted chunks)|stack smashing detected|buffer overflow detected|^thread '.{1,60}' (?:\(\d{1,10}\) )?panicked|Memory access fault by GPU/i,
    cause: 'the process crashed outside of Python',
    advice: 'other versions of the packages that hold native code, or another image',
  },
  {
    wording: /\bSIGTERM\b|Signal 15\b|SignalException|exit ?code ?:? ?(?:-15|143)\b/i,
    cause: 'the process was told to stop',
    advice: 'press Re-run where nobody meant it; a longer time limit where it ran out',
    isConsequence: true,
  },
];
