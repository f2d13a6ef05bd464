import { useEffect } from 'preact/hooks';

/**
 * Where what had the focus has gone with a change of `by`, something near takes it, so that a keyboard goes on from
 * there and not from the top of the page.
 */
export function useFocusKept(by: readonly unknown[], near = 'main h1'): void {
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(near)?.focus({ preventScroll: true });
  }, by);
}
