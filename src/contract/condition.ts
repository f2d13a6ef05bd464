import * as z from 'zod';
import { duration } from './duration.ts';

/** What must hold of readings: one clause, or several that must hold together (`all`) or one at least (`any`). */
export type Condition = { all: Condition[] } | { any: Condition[] } | Clause;

/** One metric against one limit. Exactly one of `above`, `below`, `rises`, `falls`; `withinMs` with the last two only. */
export interface Clause {
  metric: string;
  /** Which disk, interface, sensor or process; absent = each of them. */
  of?: string;
  above?: number;
  below?: number;
  rises?: number;
  falls?: number;
  withinMs?: number;
  /** How long without a break before it holds; 0 = from the first reading on. */
  forMs: number;
  /** The level at which it is over again; absent = the limit itself. */
  clear?: number;
}

/** How deep conditions may lie in one another: a clause in three lists is the fourth. */
const DEEPEST = 4;

/** Most clauses of one condition. */
const MOST_CLAUSES = 20;

const TESTS = ['above', 'below', 'rises', 'falls'] as const;

/** One test of a clause. */
export type ClauseTest = (typeof TESTS)[number];

/** A clause's test and its limit. */
export function testOf(clause: Clause): { test: ClauseTest; limit: number } {
  for (const test of TESTS) {
    const limit = clause[test];
    if (limit !== undefined) return { test, limit };
  }
  throw new Error('a clause without a limit');
}

/** A condition's clauses, in the order they are written. */
export function clausesOf(condition: Condition): Clause[] {
  if ('all' in condition) return condition.all.flatMap(clausesOf);
  if ('any' in condition) return condition.any.flatMap(clausesOf);
  return [condition];
}

const parts = {
  metric: z
    .string()
    .regex(/^[a-z][a-z0-9_.]{0,99}$/, 'not the name of a metric')
    .meta({ title: 'the name of a metric, such as disk.percent' })
    .optional()
    .describe('What is measured.'),
  of: z.string().min(1).max(4096).optional().describe('Which one, such as /home; omitted: each of them.'),
  above: z.number().optional().describe('It holds while the value is above this.'),
  below: z.number().optional().describe('It holds while the value is below this.'),
  rises: z
    .number()
    .positive()
    .optional()
    .describe('It holds where the value rose by as much `within` a time.'),
  falls: z
    .number()
    .positive()
    .optional()
    .describe('It holds where the value fell by as much `within` a time.'),
  within: duration
    .refine((ms) => ms > 0, 'no time at all')
    .optional()
    .describe('With `rises` and `falls`.'),
  for: duration.optional().describe('How long without a break before it holds; omitted: at once.'),
  clear: z.number().optional().describe('The level at which it is over again; omitted: the limit itself.'),
};

interface Written {
  metric?: string | undefined;
  of?: string | undefined;
  above?: number | undefined;
  below?: number | undefined;
  rises?: number | undefined;
  falls?: number | undefined;
  within?: number | undefined;
  for?: number | undefined;
  clear?: number | undefined;
  all?: Condition[] | undefined;
  any?: Condition[] | undefined;
}

const SHAPE = 'either all, or any, or metric with one of: above, below, rises, falls';

/**
 * Front matter's `when`. One map with all keys rather than a union of three: what is wrong in it is said at the key
 * that is wrong. Unrolled rather than recursive, so that its JSON Schema needs no references.
 */
export const conditionSchema = level(DEEPEST - 1).superRefine((condition, context) => {
  const count = clausesOf(condition).length;
  if (count > MOST_CLAUSES)
    context.addIssue({ code: 'custom', message: `${count} clauses: more than ${MOST_CLAUSES}` });
});

function level(deep: number): z.ZodType<Condition> {
  return z
    .strictObject({ ...parts, all: list(deep, 'all of these hold'), any: list(deep, 'one of these holds') })
    .superRefine((written, context) => {
      const refuse = (key: string, message: string) =>
        context.addIssue({ code: 'custom', message, path: key === '' ? [] : [key] });
      complain(written, refuse);
    })
    .transform(conditionOf);
}

function list(deep: number, what: string) {
  const title = `a list of conditions, ${DEEPEST} deep at most`;
  const conditions: z.ZodType<Condition[]> =
    deep === 0
      ? z.never({ error: `more than ${DEEPEST} deep` })
      : z
          .array(level(deep - 1))
          .min(1)
          .max(MOST_CLAUSES);
  return conditions.meta({ title }).optional().describe(`It holds while ${what}.`);
}

/** Says everything that is wrong with keys that are each right by themselves. */
function complain(written: Written, refuse: (key: string, message: string) => void): void {
  const lists = (['all', 'any'] as const).filter((key) => written[key] !== undefined);
  const tests = TESTS.filter((key) => written[key] !== undefined);
  const [list] = lists;
  if (list !== undefined) {
    const alone = Object.values(written).filter((value) => value !== undefined).length === 1;
    if (!alone) refuse('', `${list} beside other keys: ${SHAPE}`);
    return;
  }
  if (written.metric === undefined || tests.length !== 1) {
    refuse('', SHAPE);
    return;
  }
  const [test] = tests;
  const changes = test === 'rises' || test === 'falls';
  if (changes && written.within === undefined) refuse('', `${test} needs within: in how long`);
  if (!changes && written.within !== undefined) refuse('within', 'only with rises or falls');
  refuseClear(written, refuse);
}

function refuseClear(written: Written, refuse: (key: string, message: string) => void): void {
  const { clear, above, below, rises, falls } = written;
  if (clear === undefined) return;
  if (above !== undefined && clear > above) refuse('clear', `more than above (${above})`);
  if (below !== undefined && clear < below) refuse('clear', `less than below (${below})`);
  const change = rises ?? falls;
  if (change !== undefined && (clear > change || clear < 0))
    refuse('clear', `not from 0 to ${change}, the change that it waits for`);
}

function conditionOf(written: Written): Condition {
  if (written.all !== undefined) return { all: written.all };
  if (written.any !== undefined) return { any: written.any };
  const { metric = '', of, above, below, rises, falls, within, clear } = written;
  return {
    metric,
    ...(of === undefined ? {} : { of }),
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
    ...(rises === undefined ? {} : { rises }),
    ...(falls === undefined ? {} : { falls }),
    ...(within === undefined ? {} : { withinMs: within }),
    forMs: written.for ?? 0,
    ...(clear === undefined ? {} : { clear }),
  };
}
