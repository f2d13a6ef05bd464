/** What is known of how much a model really reads, beyond what its server says; by `provider/model`. */
export interface Windows {
  /** Tokens that it has room for: what its server tells, or less where it has shown so; null = unknown. */
  context(model: string, told: number | undefined): number | null;
  /** Whether a prompt of so many tokens is known to be read whole, or known not to be tellable. */
  isProven(model: string, tokens: number): boolean;
  /** It has read so many tokens, or nobody can tell. */
  proven(model: string, tokens: number): void;
  /** A prompt of so many tokens was too long for it, whatever its server said. */
  exceeded(model: string, tokens: number, told: number | undefined): void;
}

/** A model that was loaded anew, with more room, is believed again after this long. */
const FORGET_MS = 30 * 60_000;

export function createWindows(now: () => number): Windows {
  const proofs = new Map<string, number>();
  const limits = new Map<string, { tokens: number; told: number | undefined; until: number }>();
  return {
    context(model, says) {
      const limit = limits.get(model);
      const counts = limit !== undefined && limit.told === says && limit.until > now();
      if (!counts) return says ?? null;
      return Math.min(limit.tokens, says ?? limit.tokens);
    },
    isProven: (model, tokens) => (proofs.get(model) ?? 0) >= tokens,
    // A third more is near enough: an answer is longer than that as well.
    proven: (model, tokens) =>
      void proofs.set(model, Math.max(proofs.get(model) ?? 0, Math.ceil(tokens * 1.33))),
    exceeded(model, tokens, told) {
      proofs.delete(model);
      const limit = limits.get(model);
      const counts = limit !== undefined && limit.told === told && limit.until > now();
      const before = counts ? limit.tokens : tokens;
      limits.set(model, {
        tokens: Math.max(256, Math.min(before, tokens)),
        told,
        until: now() + FORGET_MS,
      });
    },
  };
}
