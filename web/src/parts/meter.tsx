/** How much of something is used, 0 to 1. */
export function Meter({ part, label }: { part: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
  const tone = percent >= 95 ? 'bad' : percent >= 85 ? 'warn' : '';
  return (
    <svg class={`meter ${tone}`} role="img" aria-label={`${label}: ${percent} %`}>
      <rect class="whole" width="100%" height="100%" />
      <rect width={`${percent}%`} height="100%" />
    </svg>
  );
}
