import * as z from 'zod';

/** A time in seconds, from 1. */
export const seconds = (most: number) => z.number().min(1).max(most);

/** An address of HTTP. */
export const url = z
  .url({ protocol: /^https?$/, error: 'not an address' })
  .meta({ title: 'an http:// or https:// address' });
