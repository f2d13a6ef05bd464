import * as z from 'zod';

/** A part of a list, and where to go on; `next` null = this was the last. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** The schema of a page of such items. */
export function pageOf<T extends z.ZodType>(item: T, id: string) {
  return z
    .object({
      items: z.array(item),
      next: z
        .string()
        .nullable()
        .describe('Goes into `cursor` for the next page; null where this is the last.'),
    })
    .meta({ id });
}
