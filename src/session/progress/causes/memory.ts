import type { Cause } from './cause.ts';

const GPU = 'out of GPU memory';
const SMALLER = 'smaller batch or more gradient accumulation, or larger hardware';
const HOST = 'out of memory';
const MORE_HOST = 'load less at once (streaming, fewer workers), or take hardware with more memory';

/** Memory of accelerators and of the machine, and disks. */
export const MEMORY: readonly Cause[] = [
  {
    wording:
      /No available memory for the cache blocks|KV cache is needed, which is larger than|larger than the (?:maximum number of tokens that can be stored in|available) KV cache|Free memory on device .{1,80} is less than desired GPU memory utilization/i,
    cause: 'no GPU memory left for vLLM’s KV cache',
    advice: 'shorter max_model_len, another gpu_memory_utilization, or larger hardware',
  },
  {
    // Ray, Java and TensorFlow on a CPU call it as torch calls what a GPU lacks.
    wording:
      /node (?:was |is )?running low on memory|workers? .{0,60}killed .{0,40}memory pressure|worker died due to (?:OOM|out of memory)|exceeds the memory usage threshold/i,
    cause: `${HOST}: the system has killed the process`,
    advice: MORE_HOST,
  },
  {
    wording:
      /OutOfMemoryError: (?:Java heap|GC overhead|unable to create)|OOM when allocating tensor.{0,300}(?:device:CPU|allocator \w{0,10}cpu)|_OUT_OF_HOST_MEMORY/i,
    cause: HOST,
    advice: MORE_HOST,
  },
  {
    wording:
      /(?:CUDA|Cuda|HIP|XPU|NPU|MPS|HPU|TPU|Triton Error)\b.{0,40}\bout of memory|hipErrorOutOfMemory|cudaErrorMemoryAllocation|CUDA_ERROR_OUT_OF_MEMORY|OutOfMemoryError|cudaMalloc failed|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|OutOfResourcesError|cuda runtime error \(2\)|Cuda failure (?:\d{1,4} )?'out of memory'|cudaGetDeviceCount\(\).{0,200}\bout of memory|out_of_memory: CUDA|unable to allocate (?:CUDA|ROCm|Metal|Vulkan|SYCL)\d{0,3}(?:_Host)? buffer/,
    cause: GPU,
    advice: SMALLER,
  },
  {
    wording:
      /(?<!StatusCode\.)RESOURCE_EXHAUSTED(?!: (?:Quota|Received message))|(?:OOM|Resource exhausted|ResourceExhaustedError): ?OOM when allocating tensor|Ran out of memory in memory space (?:hbm|vmem)|Failed to allocate request for .{1,40} on device|Attempting to (?:reserve|allocate) .{1,40}(?:hbm|HBM)|ResourceExhaustedError|Insufficient Memory \(\w{1,60}OutOfMemory\)|\[METAL\] Command buffer execution failed: Insufficient Memory|Failed to allocate [\d,]{1,20} bytes for new constant/,
    cause: GPU,
    advice: SMALLER,
  },
  {
    // Metal, Intel's GPUs, Gaudi, Neuron, Ascend and Vulkan in words of their own.
    wording:
      /\[(?:metal::)?malloc(?:_or_wait)?\] (?:Attempting|Unable) to allocate \d|greater than the maximum allowed buffer size|Invalid buffer size: [\d.]{1,12} ?[KMGT]i?B|total bytes of NDArray > |(?:UR_RESULT_ERROR|PI_ERROR|ZE_RESULT_ERROR|CL|VK_ERROR|HSA_STATUS_ERROR)_(?:OUT_OF_(?:DEVICE_MEMORY|RESOURCES)|MEM_OBJECT_ALLOCATION_FAILURE)|PT_DEVMEM.{0,20} Allocation failed|HPU allocation failed|nrt_tensor_allocate.{0,60}(?:status=4|Allocation Failure)|Failed to alloc DEVICE memory|NRT_RESOURCE\b|EL0004|ErrorOutOfDeviceMemory/i,
    cause: GPU,
    advice: SMALLER,
  },
  {
    wording: /out of resource: shared memory/i,
    cause: 'a GPU kernel needs more shared memory than this GPU has',
    advice: 'smaller blocks or head size, or newer hardware',
  },
  {
    wording:
      /unable to open shared memory object|unable to mmap \d{1,20} bytes from file <\/torch_|insufficient shared memory \(shm\)|unable to allocate shared memory|Bus error/i,
    cause: 'out of shared memory',
    advice: 'set num_workers=0 for the data loader, or fewer workers',
  },
  {
    wording: /DataLoader worker .{1,60}(?:killed by signal|exited unexpectedly)/,
    cause: `${HOST} in a worker of the data loader`,
    advice: 'fewer workers, or hardware with more memory',
  },
  {
    wording:
      /^Killed(?: by .{0,60}| python.{0,80}|\.)?$|:\s{1,12}\d{1,10} Killed\b|\bSIGKILL\b|Signal 9\b|\b(?:exit ?)?code\s{0,3}[:=]? ?(?:-9|137)\b|exit status -?(?:9|137)\b|returncode -9\b|excessive memory usage causing the Operating System to kill|OOMKilled|oom[-_ ]kill|Out of memory: Killed process|code exit status 137|task \d{1,6}: Out Of Memory|Exceeded job memory limit/i,
    cause: `${HOST}: the system has killed the process`,
    advice: MORE_HOST,
  },
  {
    wording:
      /\bMemoryError\b|_ArrayMemoryError|Unable to allocate .{1,60} for an array|Cannot allocate memory|std::bad_alloc|DefaultCPUAllocator: (?:can't|not enough)|ArrowMemoryError|malloc of size .{1,30} failed|\[Errno 12\]/,
    cause: HOST,
    advice: MORE_HOST,
  },
  {
    wording: /Disk quota exceeded|\[Errno 122\]/,
    cause: 'disk quota exceeded',
    advice: 'keep fewer checkpoints (save_total_limit), or write elsewhere',
  },
  {
    wording:
      /No space left on device|\[Errno 28\]|not enough (?:free )?disk space|unexpected pos \d{1,20} vs \d{1,20}|PytorchStreamWriter failed writing file/i,
    cause: 'disk full',
    advice: 'keep fewer checkpoints (save_total_limit), stream the data, or larger hardware',
  },
  {
    wording: /Too many open files|\[Errno 24\]/,
    cause: 'too many open files',
    advice: 'fewer workers, or torch.multiprocessing.set_sharing_strategy("file_system")',
  },
  {
    wording: /Read-only file system|\[Errno 30\]/,
    cause: 'a file system that can’t be written to',
    advice: 'write below /tmp, or push to the Hub',
  },
];
