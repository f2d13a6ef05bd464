import { useEffect, useState } from 'preact/hooks';
import type { CodedError } from '../../../src/base/errors.ts';
import type { RuleCheckView } from '../../../src/contract/rule-text.ts';
import { useApp } from '../app-context.ts';
import { codedOf } from '../use-load.ts';

/** A text is checked once nothing was typed for so long. */
const QUIET_MS = 350;

/** What the daemon says of a text, as it is typed. `isCurrent`: it is of this text, not of one before. */
export function useCheck(
  name: string,
  text: string,
): {
  check: RuleCheckView | null;
  isCurrent: boolean;
  error: CodedError | null;
} {
  const { client } = useApp();
  const [told, setTold] = useState<{ of: string; check: RuleCheckView | null; error: CodedError | null }>({
    ...{ of: '', check: null, error: null },
  });
  useEffect(() => {
    let isGone = false;
    const timer = setTimeout(() => {
      client.checkRule({ name, text }).then(
        (check) => !isGone && setTold({ of: text, check, error: null }),
        (error: unknown) => !isGone && setTold(({ of, check }) => ({ of, check, error: codedOf(error) })),
      );
    }, QUIET_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [client, name, text]);
  return { check: told.check, isCurrent: told.check !== null && told.of === text, error: told.error };
}
