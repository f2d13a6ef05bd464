import * as z from 'zod';
import { cursorValue } from '../../contract/cursor.ts';
import type { Cursor } from '../../contract/happening.ts';
import type { ProcessFacts } from '../../contract/process.ts';
import type { RuleOnProcess } from '../../contract/rule-on.ts';
import { createMatcher, type Matcher, type ProcessWish } from './match.ts';

/** A process that a rule is about, as last seen. */
export interface Watched {
  facts: ProcessFacts;
  /** The most memory it was seen with. */
  mostMemoryMb: number;
  /** Beneath it when it was last seen; null = not looked at since the daemon started. */
  children: number | null;
}

/** What one rule asks of processes, and whom it is about. */
export interface Watch {
  rule: string;
  on: RuleOnProcess;
  /** The wish as text: with another one the rule is about others, who are then no news. */
  wish: string;
  matcher: Matcher;
  /** By identity; null until it was looked for changes the first time: who is there then is no news. */
  there: Map<string, Watched> | null;
}

const PREFIX = 'process:';

export const cursorName = (rule: string) => `${PREFIX}${rule}`;
export const ruleOfCursor = (name: string) => name.slice(PREFIX.length);
export const isCursorName = (name: string) => name.startsWith(PREFIX);

export function isAboutChanges({ on }: Pick<Watch, 'on'>): boolean {
  return on.changes.length > 0;
}

/** Begins where the cursor says, if the rule wished for the same then. */
export function beginWatch(rule: string, on: RuleOnProcess, cursor: string | undefined): Watch {
  const wish = wishText(on);
  const kept = isAboutChanges({ on }) ? cursorValue(keptSchema, cursor) : null;
  return {
    ...{ rule, on, wish },
    matcher: createMatcher(on),
    there: kept?.wish === wish ? new Map(kept.there.map((each) => [each.identity, remembered(each)])) : null,
  };
}

function wishText({ preset, name, command }: ProcessWish): string {
  return JSON.stringify([preset ?? null, name ?? null, command ?? null]);
}

/** Most processes that a cursor holds, and characters of each command line. */
const MOST_KEPT = 1000;
const MOST_CHARACTERS = 300;

const keptSchema = z.object({
  wish: z.string(),
  there: z.array(
    z.object({
      ...{ identity: z.string(), pid: z.number(), name: z.string(), command: z.string() },
      ...{ started: z.number(), memory: z.number() },
    }),
  ),
});
type Kept = z.infer<typeof keptSchema>;

/** Whom the rule is about, to be known after a restart; a rule that is on a condition has another cursor for that. */
export function cursorOf({ rule, on, wish, there }: Watch): Cursor {
  if (!isAboutChanges({ on })) return { name: cursorName(rule), value: null };
  const kept: Kept = {
    wish,
    there: [...(there?.values() ?? [])].slice(-MOST_KEPT).map(({ facts, mostMemoryMb }) => ({
      ...{ identity: facts.identity, pid: facts.pid, name: facts.name, started: facts.started },
      ...{ command: facts.command.slice(0, MOST_CHARACTERS), memory: mostMemoryMb },
    })),
  };
  return { name: cursorName(rule), value: JSON.stringify(kept) };
}

function remembered({ memory, ...kept }: Kept['there'][number]): Watched {
  const unknown = { parent: 0, cpu: 0, status: 'unknown', threads: null } as const;
  const facts = { ...kept, ...unknown, names: [kept.name], memoryMb: memory };
  return { facts, mostMemoryMb: memory, children: null };
}
