/** The URL of a sibling module to run as a worker thread: `.ts` in a checkout, `.js` in the built package. */
export function workerUrl(here: string, name: string): URL {
  return new URL(`${name}${here.endsWith('.ts') ? '.ts' : '.js'}`, here);
}
