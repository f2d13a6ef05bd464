import { useApp } from './app-context.ts';
import { Time } from './parts/time.tsx';

/**
 * While the daemon is not heard: of when the things are that a page shows beneath, which loses its colours of states.
 * It stands beside them, before the first.
 */
export function AsOf() {
  const { connection, toldAt } = useApp().live;
  if (connection.value.kind !== 'lost' || toldAt.value === null) return null;
  return (
    <p class="as-of">
      As of <Time at={toldAt.value} />, when the daemon was last heard.
    </p>
  );
}
