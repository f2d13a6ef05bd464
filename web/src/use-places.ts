import { useMemo } from 'preact/hooks';
import { placesOf } from '../../src/surfaces/place.ts';
import { useApp } from './app-context.ts';

/** Where paths are told from: the folders that are watched, and those that are written to. */
export function usePlaces(): readonly string[] {
  const status = useApp().live.status.value;
  const key = status === null ? '' : JSON.stringify(placesOf(status));
  // The same list while it holds the same: a status comes every second.
  return useMemo(() => (status === null ? [] : placesOf(status)), [key]);
}
