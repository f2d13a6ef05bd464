import * as z from 'zod';
import { LONGEST_REGEX, regexProblem } from '../base/guarded-regex.ts';

/** A regular expression as a rule has it: `^` and `$` are the ends of lines. */
export const pattern = z
  .string()
  .min(1)
  .max(LONGEST_REGEX)
  .superRefine((source, context) => {
    const message = regexProblem(source, 'm');
    if (message !== null) context.addIssue({ code: 'custom', message });
  })
  .meta({ title: `a regular expression of JavaScript, at most ${LONGEST_REGEX} characters` });
