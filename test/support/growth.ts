/** Input becomes this many times larger: work in proportion to it takes about 8 times as long, its square 64. */
const LARGER = 8;
const BETWEEN = 24;
const ROUNDS = 30;
/** Less than this is not told from the noise of a machine. */
const SHORTEST_MS = 5;

/**
 * Whether `work` takes time in proportion to the size of its input, whatever machine this is: it is given more,
 * from `size` on, until that takes 5 ms, and then 8 times as much. Noise only adds, so the least time of up to
 * thirty rounds counts.
 */
export async function growsInProportion(
  work: (size: number) => unknown,
  size: number,
): Promise<{ ok: boolean; times: number }> {
  const time = async (of: number) => {
    const began = performance.now();
    await work(of);
    return performance.now() - began;
  };
  let some = size;
  while ((await time(some)) < SHORTEST_MS) some *= 2;
  let [small, large] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS && !(large / small < BETWEEN); round += 1) {
    small = Math.min(small, await time(some));
    large = Math.min(large, await time(some * LARGER));
  }
  return { ok: large / small < BETWEEN, times: large / small };
}
