import type { StatusView } from '../contract/status-view.ts';

/** Where paths of this daemon are relative to: what it watches and where it writes. */
export function placesOf(status: StatusView): string[] {
  return [...status.senses.flatMap((sense) => sense.roots.map((root) => root.path)), ...status.outputRoots];
}

/** A path relative to the nearest of the places it is in, else its name alone. */
export function nameOf(path: string, places: readonly string[]): string {
  const [nearest] = places
    .filter((place) => path.startsWith(place === '/' ? place : `${place}/`))
    .sort((a, b) => b.length - a.length);
  return path.slice(nearest === undefined ? path.lastIndexOf('/') + 1 : nearest.length).replace(/^\//, '');
}
