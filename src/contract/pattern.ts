import * as z from 'zod';

const LONGEST = 1000;

/** A regular expression as JavaScript knows them, with the flags `m` and `u` where it allows them. */
export const pattern = z
  .string()
  .min(1)
  .max(LONGEST)
  .refine(isPattern, 'not a regular expression')
  .meta({ title: `a regular expression of JavaScript, at most ${LONGEST} characters` });

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'm');
    return true;
  } catch {
    return false;
  }
}
