import type { OutputKind } from '../contract/output.ts';
import { append } from './append.ts';
import type { OutputHandler } from './output.ts';
import { write } from './write.ts';

/** Every kind of output of this version. */
export const OUTPUT_KINDS: Record<OutputKind, OutputHandler> = { write, append };
