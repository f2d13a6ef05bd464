import { fromFs } from '../base/path-text.ts';
import { isWithin } from '../config/user-path.ts';
import type { RootConfig } from '../contract/config.ts';
import type { EventData } from '../contract/event-data.ts';
import { globBase } from '../contract/glob.ts';
import type { Rule } from '../contract/rule.ts';

/**
 * Why what an event tells a rule does not leave this machine: it is in a folder that says so, or may be; null = the rule
 * decides. A log, and what a schedule gathers, are somewhere, too; so is what another rule has answered about.
 */
export function whyItStays(
  data: EventData,
  roots: readonly RootConfig[],
  rules: readonly Rule[],
): string | null {
  const { root, path, from, gather, rule } = data;
  // What it said last is not known any more.
  if (root !== undefined && !roots.some((each) => each.path === root)) return `${root} is watched no longer`;
  const named = [...(gather?.rules ?? []), ...(rule === undefined ? [] : [rule])];
  const places = [
    ...[root, path, from].filter((place) => place !== undefined),
    ...(gather?.files ?? []).map(baseOf),
    ...rules.filter(({ name }) => named.includes(name)).flatMap(placesOf),
  ];
  const found = roots.find(
    (each) =>
      each.cloud === 'never' &&
      places.some((place) => isWithin(place, each.path) || isWithin(each.path, place)),
  );
  return found === undefined ? null : `${found.path} says cloud: never`;
}

function placesOf({ on }: Rule): string[] {
  const globs = [...(on.file?.paths ?? []), ...(on.schedule?.gather?.files ?? [])];
  return [...globs.map(baseOf), ...(on.log === undefined ? [] : [on.log.path])];
}

function baseOf(glob: string): string {
  return fromFs(globBase(glob));
}
