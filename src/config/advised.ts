import type { ConfigProblem } from '../contract/problem.ts';

/** A problem of the configuration with what would have worked, where a common mistake tells what was meant. */
export function advised(problem: ConfigProblem): ConfigProblem {
  const { key, value } = problem;
  if (!key.endsWith('.base_url') || typeof value !== 'string') return problem;
  return { ...problem, nearest: withScheme(value) ?? problem.nearest };
}

/** `http://localhost:1234/v1` for `localhost:1234`; null where the text is no host. */
function withScheme(text: string): string | null {
  const [, host, path = ''] =
    /^((?:[\w.-]+|\[[\da-f:]+\])(?::\d{1,5})?)(\/[\w./-]*)?$/i.exec(text.trim()) ?? [];
  if (host === undefined) return null;
  const address = `http://${host}${path.replace(/\/+$/, '') || '/v1'}`;
  return URL.canParse(address) ? address : null;
}
