import { useEffect, useState } from 'preact/hooks';

/** Nobody has looked at anything sooner: a key pressed twice, or a second click, was meant for what was here before. */
const SEEN_MS = 400;

/** Whether something has been shown for long enough to be decided on. */
export function useSeen(): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSeen(true), SEEN_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSeen;
}
