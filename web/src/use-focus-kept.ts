import { useEffect } from 'preact/hooks';

/** What had the focus last, also where it is gone by now. */
let last: Element | null = null;

/** Keeps in mind what has the focus. */
export function noteFocus(document: Document): void {
  document.addEventListener('focusin', () => {
    last = document.activeElement;
  });
}

/**
 * Where what had the focus is gone, or can have it no more, with a change of `by`, something near takes it, so that a
 * keyboard goes on from there and not from the top of the page.
 */
export function useFocusKept(by: readonly unknown[], near = 'main h1'): void {
  useEffect(() => {
    const isLost = last !== null && (!last.isConnected || last.matches(':disabled'));
    if (isLost && document.activeElement === document.body)
      document.querySelector<HTMLElement>(near)?.focus({ preventScroll: true });
  }, by);
}
