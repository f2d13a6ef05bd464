import type { ProcessStatus } from '../../contract/process.ts';

/** What /proc/PID/stat says, as far as it is used; see proc_pid_stat(5). */
export interface ProcessStat {
  /** As the kernel keeps it: bytes, at most 15. */
  comm: Buffer;
  status: ProcessStatus;
  parent: number;
  /** User and system time, in clock ticks. */
  cpuTicks: number;
  threads: number;
  /** Since the machine started, in clock ticks. */
  startTicks: number;
  residentPages: number;
  /** Another after each exec, since the address is random; 0 where we may not know. */
  stackStart: number;
  /** As wait(2) gives it; only for zombies of ours, 0 otherwise. */
  exitCode: number;
}

const SPACE = 0x20;
const DIGIT_0 = 0x30;
const MINUS = 0x2d;
const OPENING = 0x28;
const CLOSING = 0x29;
const FIELDS = 52;
/** Numbers of the fields, reused: a snapshot parses hundreds of these. */
const numbers = new Float64Array(FIELDS + 1);

const STATUSES: Readonly<Record<string, ProcessStatus>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting',
  T: 'stopped',
  t: 'stopped',
  Z: 'zombie',
  X: 'dead',
  x: 'dead',
  I: 'idle',
};

/** Reads the first `length` bytes of a buffer; null where they are no such line. `comm` is a view into the buffer. */
export function parseStat(bytes: Buffer, length: number): ProcessStat | null {
  const opening = bytes.indexOf(OPENING);
  // The name may itself hold spaces and parentheses: it ends at the last one.
  let closing = length - 1;
  while (closing > opening && bytes[closing] !== CLOSING) closing -= 1;
  if (opening < 0 || closing <= opening || closing + 3 >= length) return null;
  readNumbers(bytes, closing + 4, length);
  return {
    comm: bytes.subarray(opening + 1, closing),
    status: STATUSES[String.fromCharCode(bytes[closing + 2] ?? 0)] ?? 'unknown',
    parent: numbers[4] ?? 0,
    cpuTicks: (numbers[14] ?? 0) + (numbers[15] ?? 0),
    threads: numbers[20] ?? 0,
    startTicks: numbers[22] ?? 0,
    residentPages: numbers[24] ?? 0,
    stackStart: numbers[28] ?? 0,
    exitCode: numbers[52] ?? 0,
  };
}

/** From field 4 on; those that are not there are 0. */
function readNumbers(bytes: Buffer, from: number, length: number): void {
  numbers.fill(0);
  let field = 4;
  let value = 0;
  let sign = 1;
  for (let at = from; at < length && field <= FIELDS; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === MINUS) sign = -1;
    else if (byte >= DIGIT_0 && byte < DIGIT_0 + 10) value = value * 10 + byte - DIGIT_0;
    else if (byte === SPACE) {
      numbers[field] = sign * value;
      field += 1;
      value = 0;
      sign = 1;
    }
  }
  if (field <= FIELDS) numbers[field] = sign * value;
}
