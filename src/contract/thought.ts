/** Every state of a thought. */
export const THOUGHT_STATES = [
  'waiting',
  'ready',
  'running',
  'answered',
  'proposed',
  'done',
  'dead',
  'cancelled',
] as const;
export type ThoughtState = (typeof THOUGHT_STATES)[number];

/** Legal moves between states: the one table that code obeys, docs draw and tests walk. */
export const THOUGHT_MOVES: Record<ThoughtState, readonly ThoughtState[]> = {
  waiting: ['ready', 'dead', 'cancelled'],
  ready: ['running', 'cancelled'],
  running: ['ready', 'answered', 'dead', 'cancelled'],
  answered: ['proposed', 'done', 'dead'],
  proposed: ['answered', 'done'],
  done: [],
  dead: ['waiting', 'ready', 'cancelled'],
  cancelled: ['waiting', 'ready'],
};

/** States in which a thought needs nothing more ("processed"). */
export const PROCESSED: readonly ThoughtState[] = ['done', 'dead', 'cancelled'];

/** Every state of an output. */
export const OUTPUT_STATES = [
  'planned',
  'applied',
  'proposed',
  'denied',
  'failed',
  'unknown',
  'undone',
] as const;
export type OutputState = (typeof OUTPUT_STATES)[number];

/** Claim order: a person's request before a reaction to a change before background work. */
export const PRIORITY = { request: 0, reaction: 1, background: 2 } as const;

/** How much longer than a new one of the class before an old one must have waited to go before it, by {@link PRIORITY}. */
const AGE_MS = [0, 30 * 86_400_000, 30 * 86_400_000 + 3_600_000];

/**
 * A thought's place in the order of claiming, smallest first: when it came, put off by what it is. So a person's
 * request goes before every reaction, a reaction before background work, and nothing starves: background work goes
 * before reactions that came an hour after it, and everything before requests that came thirty days after it. All
 * age alike, so that the rank never changes and an index holds it.
 */
export function rankOf(priority: number, now: number): number {
  return now + (AGE_MS[priority] ?? 0);
}

/** Crashes of one thought (its process died while it ran) before it is given up. */
export const CRASH_LIMIT = 5;
