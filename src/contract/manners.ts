import * as z from 'zod';
import { duration } from './duration.ts';

/** When a rule may think; absent keys ask for nothing. */
export interface Manners {
  /** Only while the machine is not on its battery. */
  onAc?: true;
  /** Only where nobody has touched keyboard or mouse for so long. */
  idleMs?: number;
  /** Only in these hours of the day: `22:00-07:00`. */
  hours?: string;
}

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** Front matter's `only`, and the configuration's for all rules. */
export const mannersSchema = z
  .strictObject({
    on_ac: z
      .literal(true)
      .optional()
      .describe('Only while the machine is not on its battery. Where that cannot be told, it is not.'),
    idle: duration
      .refine((ms) => ms > 0, 'no time at all')
      .optional()
      .describe('Only where nobody has touched keyboard or mouse for so long.'),
    hours: z
      .string()
      .regex(HOURS, 'not hours of the day')
      .refine((text) => {
        const span = hoursOf(text);
        return span === null || span.from !== span.to;
      }, 'begins when it ends')
      .meta({ title: 'two times of the day, such as "22:00-07:00"' })
      .optional()
      .describe('Only in these hours, by `timezone`; they may go past midnight.'),
  })
  .transform(
    ({ on_ac, idle, hours }): Manners => ({
      ...(on_ac === undefined ? {} : { onAc: on_ac }),
      ...(idle === undefined ? {} : { idleMs: idle }),
      ...(hours === undefined ? {} : { hours }),
    }),
  );

/** Hours as minutes of the day, `to` not included; null where the text is none. `24:00` is the day's end. */
export function hoursOf(text: string): { from: number; to: number } | null {
  const found = HOURS.exec(text);
  if (!found) return null;
  const [, fromHour = '', fromMinute = '', toHour = '24', toMinute = '0'] = found;
  return { from: Number(fromHour) * 60 + Number(fromMinute), to: Number(toHour) * 60 + Number(toMinute) };
}
