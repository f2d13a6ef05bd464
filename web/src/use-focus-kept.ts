import { useEffect, useRef } from 'preact/hooks';

/**
 * Where what had the focus has gone with a change of `by`, something near takes it, so that a keyboard goes on from
 * there and not from the top of the page.
 */
export function useFocusKept(by: readonly unknown[], near = 'main h1'): void {
  const last = useRef(document.activeElement);
  useEffect(() => {
    const note = () => {
      last.current = document.activeElement;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);
  useEffect(() => {
    if (last.current?.isConnected === false && document.activeElement === document.body)
      document.querySelector<HTMLElement>(near)?.focus({ preventScroll: true });
  }, by);
}
