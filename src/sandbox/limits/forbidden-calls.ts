/*
 * What a process can keep memory and files in without anybody being able to count it: segments, queues and
 * semaphores of System V, which are seen only from within, and files that are registered with io_uring. Where
 * memory is counted, the kernel answers these calls as one that does not have them.
 */

type Numbers = { arch: number; calls: readonly number[] };

/** shmget, semget, msgget and io_uring_setup: arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h */
const NUMBERS: Readonly<Partial<Record<NodeJS.Architecture, Numbers>>> = {
  x64: { arch: 0xc000_003e, calls: [29, 64, 68, 425] },
  arm64: { arch: 0xc000_00b7, calls: [194, 190, 186, 425] },
};

const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;

const CALL_AT = 0;
const ARCH_AT = 4;
const ALLOW = 0x7fff_0000;
const ENOSYS = 38;
const REFUSE = 0x0005_0000 | ENOSYS;
/** Of x86-64: the same calls by other numbers begin here. */
const X32 = 0x4000_0000;

type Instruction = readonly [code: number, value: number, ifTrue?: number, ifFalse?: number];

/**
 * The filter as seccomp(2) takes it; programs of another architecture, whose numbers are others, get nothing
 * at all. Undefined where the numbers of this machine are not known.
 */
export function forbiddenCalls(architecture: NodeJS.Architecture = process.arch): Buffer | undefined {
  const numbers = NUMBERS[architecture];
  if (numbers === undefined) return undefined;
  const { arch, calls } = numbers;
  const refuse: Instruction = [RETURN, REFUSE];
  const program: Instruction[] = [
    [LOAD, ARCH_AT],
    [JUMP_IF_EQUAL, arch, 1, 0],
    refuse,
    [LOAD, CALL_AT],
    [JUMP_IF_AT_LEAST, X32, 0, 1],
    refuse,
    ...calls.flatMap((call): Instruction[] => [[JUMP_IF_EQUAL, call, 0, 1], refuse]),
    [RETURN, ALLOW],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [i, [code, value, ifTrue = 0, ifFalse = 0]] of program.entries()) {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(ifTrue, i * 8 + 2);
    bytes.writeUInt8(ifFalse, i * 8 + 3);
    bytes.writeUInt32LE(value, i * 8 + 4);
  }
  return bytes;
}
