import * as z from 'zod';

/** Kinds whose value is the Liquid path of a file. */
export const ON_A_FILE = [
  'write',
  'append',
  'frontmatter',
  'insert',
  'tasks',
  'tag',
  'move',
  'rename',
] as const;

/** Every kind of output. */
export const OUTPUT_KIND_NAMES = [...ON_A_FILE, 'notify', 'webhook', 'command'] as const;
export type OutputKind = (typeof OUTPUT_KIND_NAMES)[number];

/** A path that is the very file which an event is about: the only value that may choose a folder. */
export const OWN_FILE = /^\{\{-?\s*event\.path\s*-?\}\}$/;

/** A template that is `yes` where a Liquid condition holds, and empty otherwise. */
export function ifOf(condition: string): string {
  return `{% if ${condition} %}yes{% endif %}`;
}

/** Keys that an output of a kind may have besides the kind's own and `approve`; those with `!` it must have. */
const MORE: Record<OutputKind, readonly string[]> = {
  write: ['body!'],
  append: ['body!'],
  frontmatter: ['set!'],
  insert: ['body!', 'beneath', 'under', 'each'],
  tasks: ['body', 'under'],
  tag: ['tags!'],
  move: [],
  rename: [],
  notify: ['body'],
  webhook: ['body'],
  command: [],
};

const liquid = z.string().min(1).max(100_000);

/** One output as written in a rule: exactly one kind, and what that kind takes. */
export const ruleOutput = z
  .strictObject({
    write: liquid.optional().describe('Liquid path of the file to write.'),
    append: liquid.optional().describe('Liquid path of the file to append to.'),
    frontmatter: liquid.optional().describe('Liquid path of the note whose front matter is changed.'),
    insert: liquid.optional().describe('Liquid path of the file to insert into.'),
    tasks: liquid.optional().describe('Liquid path of the list that open tasks are put on.'),
    tag: liquid.optional().describe('Liquid path of the file that gets tags.'),
    move: liquid.optional().describe('Liquid path that the file is moved to; a folder ends with /.'),
    rename: liquid.optional().describe('Liquid name that the file gets in its folder.'),
    notify: liquid.optional().describe('Liquid title of a notification on the desktop.'),
    webhook: z.string().min(1).optional().describe('Name of one of `webhooks` in the configuration.'),
    command: z
      .array(z.string().min(1).max(10_000))
      .min(1)
      .max(100)
      .optional()
      .describe('A program and its arguments, as they are; the answer is its standard input, as JSON.'),
    body: liquid.optional().describe('Liquid text.'),
    set: z
      .record(z.string().min(1).max(200), z.string())
      .optional()
      .describe('Keys of the front matter, each with its Liquid value.'),
    beneath: liquid.optional().describe('Liquid text of the line beneath which it is inserted.'),
    under: liquid.optional().describe('Liquid text of the heading under which it is put.'),
    each: z
      .string()
      .regex(/^[a-z_]\w{0,99}$/i, 'no name')
      .optional()
      .meta({ title: 'the name of a list in the answer' })
      .describe('One insertion for each `item` of this list of the answer.'),
    tags: liquid.optional().describe('Liquid tags: a list, or words.'),
    approve: z
      .union([z.literal(true), z.string().regex(/^when\s+\S/, 'neither true nor a condition')])
      .optional()
      .meta({ title: 'true, or when and a Liquid condition: when answer.amount > 100' })
      .describe('A person decides, always or under a condition.'),
  })
  .superRefine((output, context) => {
    const present = Object.entries(output).flatMap(([key, value]) => (value === undefined ? [] : [key]));
    const kinds = OUTPUT_KIND_NAMES.filter((kind) => present.includes(kind));
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      context.addIssue({ code: 'custom', message: `exactly one of: ${OUTPUT_KIND_NAMES.join(', ')}` });
      return;
    }
    const more = MORE[kind].map((key) => key.replace('!', ''));
    const may = [kind, 'approve', ...more];
    for (const key of present.filter((each) => !may.includes(each)))
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `not with ${kind}; it takes: ${[...more, 'approve'].join(', ')}`,
      });
    for (const key of MORE[kind].filter((each) => each.endsWith('!')).map((each) => each.slice(0, -1)))
      if (!present.includes(key)) context.addIssue({ code: 'custom', message: `${kind} without ${key}` });
    if (kind === 'insert' && (output.beneath === undefined) === (output.under === undefined))
      context.addIssue({ code: 'custom', message: 'insert with exactly one of: beneath, under' });
  });
