import { useEffect, useState } from 'preact/hooks';
import type { RuleCheckView } from '../../../src/contract/rule-text.ts';
import { useApp } from '../app-context.ts';
import { codedOf } from '../use-load.ts';

/** A text is checked once nothing was typed for so long; where that failed, again after a while. */
const QUIET_MS = 350;
const AGAIN_MS = 5000;

/** What the daemon says of a text. */
interface Told {
  /** The text that it is of. */
  of: string;
  check: RuleCheckView | null;
  /** Why the last check came to nothing. */
  why: string | null;
}

/**
 * What the daemon says of a text, as it is typed, and again when the daemon is back. `isCurrent`: it is of this text, not
 * of one before.
 */
export function useCheck(
  name: string,
  text: string,
): { check: RuleCheckView | null; isCurrent: boolean; why: string | null } {
  const { client, live } = useApp();
  const isAway = live.connection.value.kind === 'lost';
  const [told, setTold] = useState<Told>({ of: '', check: null, why: null });
  useEffect(() => {
    if (isAway) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const failed = (error: unknown) => {
      if (isGone) return;
      setTold(({ of, check }) => ({ of, check, why: codedOf(error).message }));
      askIn(AGAIN_MS);
    };
    const came = (check: RuleCheckView) => {
      if (!isGone) setTold({ of: text, check, why: null });
    };
    const askIn = (ms: number) => {
      timer = setTimeout(() => void client.checkRule({ name, text }).then(came, failed), ms);
    };
    askIn(QUIET_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [client, name, text, isAway]);
  const { check, of } = told;
  return {
    check,
    isCurrent: check !== null && of === text,
    why: isAway ? 'the daemon does not answer' : told.why,
  };
}
