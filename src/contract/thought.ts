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
  proposed: ['done'],
  done: [],
  dead: ['waiting', 'ready'],
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

/** Crashes of one thought (its process died while it ran) before it is given up. */
export const CRASH_LIMIT = 5;
