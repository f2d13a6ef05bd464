import { useEffect, useRef, useState } from 'preact/hooks';
import type { CodedError } from '../../../src/base/errors.ts';
import type { RuleTryView } from '../../../src/contract/rule-text.ts';
import type { TryTextRequest } from '../../../src/surfaces/requests.ts';
import { useApp } from '../app-context.ts';
import { codedOf } from '../use-load.ts';

/** How a dry run stands. */
export type TrialState =
  | { kind: 'none' | 'runs' }
  | { kind: 'failed'; error: CodedError }
  /** `of`: the text that it was of. */
  | { kind: 'came'; view: RuleTryView; of: string };

/** Lets a text think about something that happened; one at a time. */
export function useTrial(): { state: TrialState; run(request: TryTextRequest): void; allow(): void } {
  const { client } = useApp();
  const [state, setState] = useState<TrialState>({ kind: 'none' });
  const last = useRef<TryTextRequest | null>(null);
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );

  function run(request: TryTextRequest): void {
    last.current = request;
    setState({ kind: 'runs' });
    const settle = (next: TrialState) => !isGone.current && last.current === request && setState(next);
    client.tryRuleText(request).then(
      (view) => settle({ kind: 'came', view, of: request.text }),
      (error: unknown) => settle({ kind: 'failed', error: codedOf(error) }),
    );
  }

  return {
    state,
    run,
    /** The same, also where the text leaves this machine. */
    allow() {
      if (last.current !== null) run({ ...last.current, cloud: true });
    },
  };
}
