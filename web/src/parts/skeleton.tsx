/** Where something is about to be: as many lines as it will have, about. */
export function Skeleton({ lines = 3, what }: { lines?: number; what: string }) {
  return (
    <div class="skeleton" role="status" aria-label={`${what} is being read`}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class={`bone w${line % 4}`} />
      ))}
    </div>
  );
}
