import { canonicalJson } from '../../../base/canonical-json.ts';
import { sha256 } from '../../../base/ids.ts';

/** Everything of a tool that a model reads before it calls it. */
export interface Pinned {
  name: string;
  /** A tool without a description has an empty one. */
  description?: string | undefined;
  inputSchema: unknown;
}

/** What a tool is pinned by: another description or schema under a known name is another tool. */
export function pinOf({ name, description = '', inputSchema }: Pinned): string {
  return `sha256:${sha256(canonicalJson({ name, description, inputSchema }))}`;
}
