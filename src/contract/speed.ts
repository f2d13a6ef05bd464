/** Tokens a second once it spoke, to a tenth; null where that cannot be told. */
export function tokensPerSecond(call: {
  firstTokenMs: number | null;
  totalMs: number | null;
  outputTokens: number | null;
}): number | null {
  const { firstTokenMs, totalMs, outputTokens } = call;
  const speaking = firstTokenMs === null || totalMs === null ? 0 : totalMs - firstTokenMs;
  return outputTokens === null || speaking <= 0 ? null : Math.round((outputTokens * 10_000) / speaking) / 10;
}
