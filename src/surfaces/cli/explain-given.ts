import type { Explanation } from '../../contract/api.ts';
import { givenPath } from './given-path.ts';

/** What is known of a file that somebody named, by the likeliest of the paths that may be meant. */
export async function explainGiven(
  daemon: { explain(path: string): Promise<Explanation> },
  typed: string,
  cwd: string,
): Promise<Explanation> {
  const [first = '', ...others] = await givenPath(typed, cwd);
  let explanation = await daemon.explain(first);
  for (const other of others) {
    // A root may itself be configured by way of a symbolic link.
    if (explanation.root !== null) break;
    const second = await daemon.explain(other);
    if (second.root !== null) explanation = second;
  }
  return explanation;
}
