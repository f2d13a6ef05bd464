import { type MeetOptions, meetRoot } from '../attention/meet-roots.ts';
import { createBell } from '../base/bell.ts';
import type { Rule } from '../contract/rule.ts';

/** Lets the rules in force meet roots, one at a time, whenever a root or a rule is new. */
export interface Meeting {
  /** These roots, or the rules, are new; roots whose first scan is not over wait for it. */
  arrange(roots: readonly string[]): void;
  run(signal: AbortSignal): Promise<void>;
}

export function createMeeting(options: MeetOptions & { rules(): readonly Rule[] }): Meeting {
  const waiting = new Set<string>();
  const bell = createBell();
  return {
    arrange(roots) {
      for (const root of roots) waiting.add(root);
      bell.ring();
    },
    async run(signal) {
      while (!signal.aborted) {
        const [root] = Array.from(waiting).filter((each) => options.journal.root(each).baselined);
        if (root === undefined) await bell.wait(Number.MAX_SAFE_INTEGER, signal);
        else {
          waiting.delete(root);
          await meetRoot(root, options.rules(), options);
        }
      }
    },
  };
}
