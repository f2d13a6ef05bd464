import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Temporary folders that go away together. */
export interface Scratch {
  /** Makes one; its name begins with `name`. */
  folder(name: string): string;
  /** Safe twice. */
  remove(): void;
}

export function createScratch(): Scratch {
  const top = mkdtempSync(join(tmpdir(), 'consciousness-bench-'));
  return {
    folder(name) {
      mkdirSync(top, { recursive: true });
      return mkdtempSync(join(top, `${name}-`));
    },
    remove: () => rmSync(top, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
