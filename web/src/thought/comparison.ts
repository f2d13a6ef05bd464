import type { ComparedResult } from '../../../src/contract/compare.ts';
import type { StatusView } from '../../../src/contract/status-view.ts';
import { type Field, readable } from '../thoughts/facts.ts';

/** A model that may be asked, by the name that a rule would give it. */
export interface Candidate {
  name: string;
  /** Why it would not answer just now; empty where nothing is known. */
  trouble: string;
  isLoaded: boolean;
}

/** Every model of every provider, those that are loaded first. */
export function candidatesOf(providers: StatusView['providers']): Candidate[] {
  return providers
    .flatMap(({ name, models, loaded, state, reason }) =>
      models.map((model) => ({
        name: `${name}/${model}`,
        trouble: state === 'online' ? '' : reason || state,
        isLoaded: model === loaded,
      })),
    )
    .sort(
      (a, b) =>
        Number(b.isLoaded) - Number(a.isLoaded) || Number(a.trouble !== '') - Number(b.trouble !== ''),
    );
}

/** Answers field by field: what each model said of it, and whether all said the same. Empty where they have no fields. */
export function fieldsOf(
  results: readonly ComparedResult[],
): { key: string; values: (Field['value'] | undefined)[]; isAgreed: boolean }[] {
  const answers = results.map(({ answer }) => readable(answer));
  if (!answers.some(({ kind }) => kind === 'fields')) return [];
  const maps = answers.map((answer) =>
    answer.kind === 'fields' ? new Map(answer.fields.map(({ key, value }) => [key, value])) : null,
  );
  const keys = new Set(maps.flatMap((map) => (map === null ? [] : [...map.keys()])));
  return Array.from(keys, (key) => {
    const values = maps.map((map) => map?.get(key));
    const said = new Set(values.filter((value) => value !== undefined).map((value) => JSON.stringify(value)));
    return { key, values, isAgreed: said.size < 2 };
  });
}

/** Which result is the best of each figure, by its place; those that are alone are not. */
export function bestOf(results: readonly ComparedResult[]) {
  return {
    firstToken: leastAt(results.map(({ firstTokenMs }) => firstTokenMs)),
    total: leastAt(results.map(({ totalMs }) => totalMs)),
    speed: leastAt(
      results.map(({ tokensPerSecond }) => (tokensPerSecond === null ? null : -tokensPerSecond)),
    ),
    cost: leastAt(results.map(({ cost }) => cost)),
  };
}

function leastAt(values: readonly (number | null)[]): number {
  const known = values.flatMap((value) => (value === null ? [] : [value]));
  const least = Math.min(...known);
  return known.length > 1 && known.some((value) => value !== least) ? values.indexOf(least) : -1;
}
