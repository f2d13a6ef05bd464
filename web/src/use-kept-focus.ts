import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/**
 * Takes the focus when something of `by` is another and what had it is gone: keys and screen readers go on from here.
 * The element needs a `tabIndex` of -1.
 */
export function useKeptFocus<E extends HTMLElement>(by: readonly unknown[]): RefObject<E | null> {
  const element = useRef<E>(null);
  useEffect(() => {
    if (document.activeElement === document.body) element.current?.focus({ preventScroll: true });
  }, by);
  return element;
}
