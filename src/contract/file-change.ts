import * as z from 'zod';

/** What an output makes of a file: what the file was, and what it is then. */
export const fileChange = z.object({
  before: z
    .string()
    .nullable()
    .describe('The whole file as it is before; null = nothing is there, or `after` is null, too.'),
  after: z
    .string()
    .nullable()
    .describe('The whole file as it is then; null where no file is written, or where that is not known.'),
  note: z
    .string()
    .describe('What is to be said of that, such as that it is there already, or why it is not known.'),
});
export type FileChange = z.output<typeof fileChange>;
