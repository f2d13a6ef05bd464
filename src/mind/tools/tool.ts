import type { ToolSpec } from '../../contract/provider.ts';

/**
 * What a tool may do, as the one who wrote it says, never the one who offers it: `none` looks at nothing, `reads` reads
 * watched files, `outside` may send or change anything, as far as anybody knows.
 */
export type ToolEffect = 'none' | 'reads' | 'outside';

/** What a model may call. */
export interface Tool {
  spec: ToolSpec;
  effect: ToolEffect;
  run(args: Record<string, unknown>, run: ToolRun): Promise<ToolResult>;
}

/** Whether a thought has seen watched content by now: once it has, it stays so, whatever is asked of the model anew. */
export interface Taint {
  seen: boolean;
}

/** Who asks. */
export interface ToolRun {
  /** Whether what is returned stays on this machine and its network. */
  local: boolean;
  signal: AbortSignal;
}

export interface ToolResult {
  ok: boolean;
  /** For the model: what it asked for, or what went wrong. */
  text: string;
}

/**
 * Why a tool may not be called in this run; null where it may. A run that has seen watched content calls nothing that
 * could carry it away or act on what it says, whatever the rule, the model or the content wants.
 */
export function forbidden(effect: ToolEffect, hasSeenWatched: boolean): string | null {
  if (effect !== 'outside' || !hasSeenWatched) return null;
  return 'this run has read watched content: tools that reach outside are not available in it';
}
