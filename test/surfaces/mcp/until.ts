import assert from 'node:assert/strict';

/** Resolves once `check` is true; what is asked for is said where that takes more than half a minute. */
export async function until(check: () => boolean, what: () => string): Promise<void> {
  const last = Date.now() + 30_000;
  while (!check()) {
    assert.ok(Date.now() < last, what());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
