import { statement, type Transaction } from '../statement.ts';

/** One call that is to leave the machine, by what it may use at most. */
export interface Reservation {
  thought: string;
  attempt: number;
  /** From 1, within the attempt. */
  call: number;
  provider: string;
  /** `2026-04-12`, in the configured time zone. */
  day: string;
  tokens: number;
  money: number;
  /** What leaves. */
  bytes: number;
  pictures: number;
}

/** Caps; null = none. */
export interface Caps {
  tokensPerDay: number | null;
  tokensPerThought: number | null;
  moneyPerDay: number | null;
  moneyPerThought: number | null;
}

export type Reserved =
  | { ok: true }
  /**
   * `busy`: calls under way have reserved what is left, and may use less; `day`: it may go on tomorrow; `thought`: it
   * never will.
   */
  | {
      ok: false;
      cap: 'busy' | 'day' | 'thought';
      what: 'tokens' | 'money';
      used: number;
      wanted: number;
      most: number;
    };

interface Sum {
  tokens: number;
  money: number;
}

const SUM = 'SELECT coalesce(sum(tokens), 0) AS tokens, coalesce(sum(money), 0) AS money FROM spending';
const ofDay = statement<{ provider: string; day: string }, Sum>(
  `${SUM} WHERE provider = :provider AND day = :day`,
);
const settledOfDay = statement<{ provider: string; day: string }, Sum>(
  `${SUM} WHERE provider = :provider AND day = :day AND settled = 1`,
);
const ofThought = statement<{ provider: string; thought: string }, Sum>(
  `${SUM} WHERE provider = :provider AND thought = :thought`,
);
const insert = statement<Reservation>(
  `INSERT INTO spending (thought, attempt, call, provider, day, tokens, money, bytes, pictures, settled)
   VALUES (:thought, :attempt, :call, :provider, :day, :tokens, :money, :bytes, :pictures, 0)
   ON CONFLICT (thought, attempt, call) DO UPDATE SET tokens = tokens + excluded.tokens,
     money = money + excluded.money, bytes = bytes + excluded.bytes, settled = 0`,
);
type Whose = Pick<Reservation, 'thought' | 'attempt' | 'call'>;
const settled = statement<Whose & { tokens: number; money: number }>(
  `UPDATE spending SET tokens = :tokens, money = :money, settled = 1
   WHERE thought = :thought AND attempt = :attempt AND call = :call`,
);
const asReserved = statement<Whose>(
  `UPDATE spending SET settled = 1 WHERE thought = :thought AND attempt = :attempt AND call = :call`,
);
const unused = statement<Whose>(
  `DELETE FROM spending WHERE thought = :thought AND attempt = :attempt AND call = :call`,
);
const left = statement<{ thought: string; attempt: number }>(
  `UPDATE spending SET settled = 1 WHERE thought = :thought AND attempt = :attempt AND settled = 0`,
);

/** Reserves what a call may use, in the same transaction in which the caps are looked at; nothing where one is reached. */
export async function reserve(
  tx: Transaction,
  { caps, ...wanted }: Reservation & { caps: Caps },
): Promise<Reserved> {
  const { provider, thought, day } = wanted;
  const thoughts = (await tx.one(ofThought, { provider, thought })) ?? NOTHING;
  const days = (await tx.one(ofDay, { provider, day })) ?? NOTHING;
  const sure = (await tx.one(settledOfDay, { provider, day })) ?? NOTHING;
  for (const what of ['tokens', 'money'] as const) {
    const [ofOne, ofAll] =
      what === 'tokens'
        ? [caps.tokensPerThought, caps.tokensPerDay]
        : [caps.moneyPerThought, caps.moneyPerDay];
    const more = wanted[what];
    const over = (cap: 'busy' | 'day' | 'thought', used: number, most: number): Reserved => {
      return { ok: false, cap, what, used, wanted: more, most };
    };
    if (ofOne !== null && thoughts[what] + more > ofOne) return over('thought', thoughts[what], ofOne);
    if (ofAll === null || days[what] + more <= ofAll) continue;
    // One call that alone is beyond the day's cap will be so tomorrow, too.
    if (more > ofAll) return over('thought', 0, ofAll);
    return over(sure[what] + more <= ofAll ? 'busy' : 'day', sure[what], ofAll);
  }
  await tx.run(insert, wanted);
  return { ok: true };
}

/** What a call came to: what it used in place of what was reserved (null = nobody knows: that counts); or nothing left. */
export async function settleSpending(
  tx: Transaction,
  { used, ...whose }: Whose & { used: { tokens: number; money: number; hasLeft: boolean } | null },
): Promise<void> {
  if (used === null) await tx.run(asReserved, whose);
  else if (used.hasLeft) await tx.run(settled, { ...whose, tokens: used.tokens, money: used.money });
  else await tx.run(unused, whose);
}

/** An attempt has ended: what its calls reserved, and nobody has settled, counts as used. */
export async function settleLeft(
  tx: Transaction,
  input: { thought: string; attempt: number },
): Promise<void> {
  await tx.run(left, input);
}

const NOTHING: Sum = { tokens: 0, money: 0 };
