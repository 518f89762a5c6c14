import { SYSTEM_CALLS, type SystemCalls } from "./system_calls.ts";

/** `struct sock_filter`, linux/filter.h: code, jumps when true and when not, operand. */
type Instruction = [code: number, jumpTrue: number, jumpFalse: number, operand: number];

// linux/bpf_common.h
const LOAD_WORD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

// `struct seccomp_data`, linux/seccomp.h; the low halves of arguments on a little-endian machine.
const NUMBER = 0;
const ARCHITECTURE = 4;
const argument = (index: number) => 16 + 8 * index;

const ALLOW = 0x7fff0000;
const errno = (number: number) => 0x00050000 | number;
const EPERM = errno(1);
const ENOSYS = errno(38);
const EAFNOSUPPORT = errno(97);

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET; linux/sched.h. */
const NEW_NAMESPACES = 0x7e020000;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK (what interfaces there are). */
const FAMILIES = [1, 2, 10, 16];
/** TIOCSTI and TIOCLINUX put characters into a terminal's input. */
const TERMINAL_INPUT = [0x5412, 0x541c];
/** S_ISUID: what has it runs as its owner, also when somebody else starts it outside. */
const RUNS_AS_OWNER = 0o4000;
/** O_CREAT, and O_TMPFILE without O_DIRECTORY, which is part of it. */
const MAKES_FILE = 0o100 | 0o20000000;
const OPENAT2 = 437;
const FIRST_OF_X32 = 0x40000000;

let made: string | undefined;

/** The filter of system calls for this machine, as bubblewrap takes it, in base64; made once. */
export function seccompFilter(): string {
  return made ??= filterFor(Deno.build.arch);
}

/** @throws for a kind of machine whose system calls are not known */
export function filterFor(architecture: string): string {
  const calls = SYSTEM_CALLS[architecture];
  if (calls === undefined) {
    throw new Error(`There is no filter of system calls for ${architecture}`);
  }
  return btoa(String.fromCharCode(...assemble(programOf(calls))));
}

function programOf(calls: SystemCalls): Instruction[] {
  return [
    [LOAD_WORD, 0, 0, ARCHITECTURE],
    [JUMP_EQUAL, 1, 0, calls.audit],
    [RETURN, 0, 0, ENOSYS],
    [LOAD_WORD, 0, 0, NUMBER],
    [JUMP_AT_LEAST, 0, 1, FIRST_OF_X32],
    [RETURN, 0, 0, ENOSYS],
    // Their flags are in memory, which no filter sees: without them, libraries call clone and openat.
    ...when(calls.clone3, [[RETURN, 0, 0, ENOSYS]]),
    ...when(OPENAT2, [[RETURN, 0, 0, ENOSYS]]),
    ...when(calls.clone, [
      [LOAD_WORD, 0, 0, argument(0)],
      [JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES],
      [RETURN, 0, 0, EPERM],
      [RETURN, 0, 0, ALLOW],
    ]),
    ...when(calls.socket, [
      [LOAD_WORD, 0, 0, argument(0)],
      ...FAMILIES.flatMap((family) => when(family, [[RETURN, 0, 0, ALLOW]])),
      [RETURN, 0, 0, EAFNOSUPPORT],
    ]),
    ...when(calls.ioctl, [
      [LOAD_WORD, 0, 0, argument(1)],
      ...TERMINAL_INPUT.flatMap((request) => when(request, [[RETURN, 0, 0, EPERM]])),
      [RETURN, 0, 0, ALLOW],
    ]),
    ...calls.modes.flatMap(([call, mode]) => when(call, refusesMode(mode))),
    ...calls.opens.flatMap(([call, flags, mode]) =>
      when(call, [
        [LOAD_WORD, 0, 0, argument(flags)],
        [JUMP_ANY_BIT, 1, 0, MAKES_FILE],
        [RETURN, 0, 0, ALLOW],
        ...refusesMode(mode),
      ])
    ),
    ...calls.refused.flatMap((number) => when(number, [[RETURN, 0, 0, EPERM]])),
    [RETURN, 0, 0, ALLOW],
  ];
}

function refusesMode(mode: number): Instruction[] {
  return [
    [LOAD_WORD, 0, 0, argument(mode)],
    [JUMP_ANY_BIT, 0, 1, RUNS_AS_OWNER],
    [RETURN, 0, 0, EPERM],
    [RETURN, 0, 0, ALLOW],
  ];
}

function when(value: number, then: Instruction[]): Instruction[] {
  return [[JUMP_EQUAL, 0, then.length, value], ...then];
}

function assemble(program: Instruction[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8 * program.length));
  program.forEach(([code, jumpTrue, jumpFalse, operand], index) => {
    bytes.setUint16(8 * index, code, true);
    bytes.setUint8(8 * index + 2, jumpTrue);
    bytes.setUint8(8 * index + 3, jumpFalse);
    bytes.setUint32(8 * index + 4, operand, true);
  });
  return new Uint8Array(bytes.buffer);
}
