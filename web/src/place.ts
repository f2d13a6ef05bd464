import { computed, signal } from '@preact/signals';
import { hashOf, type Place, placeOf } from './route.ts';

const hash = signal('');

/** Where the page is. */
export const place = computed(() => placeOf(hash.value));

/** Follows the address bar. */
export function followAddress(window: Window): void {
  const look = () => {
    hash.value = window.location.hash;
  };
  window.addEventListener('hashchange', look);
  look();
}

/** Goes to a place of this page. */
export function go(to: Partial<Place>): void {
  window.location.hash = hashOf(to);
}

/** The same place with other filters, without a step in the history. */
export function filter(query: Place['query']): void {
  const { page, of } = place.value;
  const next = hashOf({ page, of, query });
  window.history.replaceState(null, '', next);
  hash.value = next;
}
