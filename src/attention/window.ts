/** A value at an instant. */
export type Point = [at: number, value: number];

/** A window is remembered in so many parts, so that a day of readings each second takes no more room than an hour. */
const PARTS = 60;

/**
 * The readings against which a rise or a fall is measured: of each sixtieth of the time the lowest (for a rise) or the
 * highest (for a fall). So the window reaches back by up to a sixtieth more than was asked for.
 */
export function slide(window: readonly Point[], point: Point, withinMs: number, rising: boolean): Point[] {
  const part = (at: number) => Math.floor(at / Math.max(1, withinMs / PARTS));
  const [at, value] = point;
  const kept = window.filter(([then]) => part(then) >= part(at - withinMs));
  const last = kept.at(-1);
  if (last === undefined || part(last[0]) !== part(at)) return [...kept, point];
  const beyond = rising ? value < last[1] : value > last[1];
  return beyond ? [...kept.slice(0, -1), point] : kept;
}

/** What a value is compared with: the lowest reading of a window, or the highest. */
export function extreme(window: readonly Point[], rising: boolean): number {
  const values = window.map(([, value]) => value);
  return rising ? Math.min(...values) : Math.max(...values);
}
