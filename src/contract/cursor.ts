import type * as z from 'zod';

/** What a cursor says; null where there is none, or none that can be read: whoever has it begins anew then. */
export function cursorValue<T>(shape: z.ZodType<T>, text: string | null | undefined): T | null {
  if (text == null) return null;
  try {
    return shape.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
