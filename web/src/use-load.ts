import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { CodedError, messageOf } from '../../src/base/errors.ts';
import type { FollowedEvent } from '../../src/contract/live-event.ts';
import { useApp } from './app-context.ts';

/** Things that happen make a page ask again at most so often. */
const SOONEST_MS = 1000;

/** What was asked for. While it is asked again, the last answer stands. */
export interface Loaded<T> {
  value: T | null;
  error: CodedError | null;
  isLoading: boolean;
  reload(): void;
}

/** Asks when the page is shown, and whenever something of `by` is another; answers to earlier questions are dropped. */
export function useLoad<T>(ask: () => Promise<T>, by: readonly unknown[]): Loaded<T> {
  const { live } = useApp();
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({
    ...{ value: null, error: null, isLoading: true },
  });
  const asked = useRef(0);
  const question = useRef(ask);
  question.current = ask;
  const reload = useCallback(() => {
    asked.current += 1;
    const turn = asked.current;
    const settle = (next: Partial<Loaded<T>>) => {
      if (turn === asked.current) setState((before) => ({ ...before, ...next, isLoading: false }));
    };
    setState((before) => (before.isLoading ? before : { ...before, isLoading: true }));
    question.current().then(
      (value) => settle({ value, error: null }),
      (error: unknown) => settle({ error: codedOf(error) }),
    );
  }, []);
  useEffect(() => {
    reload();
    return () => {
      asked.current += 1;
    };
  }, by);
  // What could not be read while the daemon was away is read once it is back.
  const isFailed = state.error !== null;
  useEffect(() => {
    if (!isFailed) return;
    let wasAway = live.connection.value.kind !== 'live';
    return live.connection.subscribe(({ kind }) => {
      if (kind === 'live' && wasAway) reload();
      wasAway = kind !== 'live';
    });
  }, [live, isFailed, reload]);
  return { ...state, reload };
}

/** The same, asked again when something has happened that concerns it, and when the daemon is back. */
export function useLiveLoad<T>(
  ask: () => Promise<T>,
  by: readonly unknown[],
  concerns: (event: FollowedEvent) => boolean,
): Loaded<T> {
  const { live } = useApp();
  const loaded = useLoad(ask, by);
  const { reload } = loaded;
  const test = useRef(concerns);
  test.current = concerns;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, SOONEST_MS);
    };
    const left = live.onEvents((events) => {
      if (events.some((event) => isUnsure(event) || test.current(event))) soon();
    });
    let isFirst = true;
    const gone = live.connection.subscribe(({ kind }) => {
      if (kind === 'live' && !isFirst) soon();
      isFirst = false;
    });
    return () => {
      clearTimeout(timer);
      left();
      gone();
    };
  }, [live, reload]);
  return loaded;
}

/** Something was not told: it may have concerned anybody. */
function isUnsure({ type }: FollowedEvent): boolean {
  return type === 'gap' || type === 'dropped';
}

/** Anything thrown as something that can be shown. */
export function codedOf(error: unknown): CodedError {
  return error instanceof CodedError
    ? error
    : new CodedError('page-defect', `this page has a defect: ${messageOf(error)}`, { cause: error });
}
