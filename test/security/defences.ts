import { API } from './defences-api.ts';
import { INSIDE } from './defences-inside.ts';
import type { Sentence } from './without.ts';

/** A defence, the text that makes it one, and the test that fails without it. */
export interface Defence extends Sentence {
  /** Of the table in docs/security.md: its first column. */
  row: string;
  /** The source; from the top of the repository. */
  source: string;
  find: string;
  put: string;
  /** The test shows it by never ending. */
  hangs?: true;
  /** Takes seconds: in `npm run torture` alone. */
  isSlow?: true;
}

/** Every defence that is taken out in turn, in the order of the table. */
export const DEFENCES: readonly Defence[] = [...API, ...INSIDE];
