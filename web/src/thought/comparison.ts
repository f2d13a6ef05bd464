import type { ComparedResult } from '../../../src/contract/compare.ts';
import type { StatusView } from '../../../src/contract/status-view.ts';
import { answerText, type Field, readable } from '../thoughts/facts.ts';

/** A model that may be asked, by the name that a rule would give it. */
export interface Candidate {
  name: string;
  /** Why it would not answer just now; empty where nothing is known. */
  trouble: string;
  isLoaded: boolean;
}

/**
 * Every model of every provider, those that are loaded first. Of a provider that is not there, also what rules ask it
 * for: it has told of none.
 */
export function candidatesOf(
  providers: StatusView['providers'],
  rules: readonly Pick<StatusView['rules'][number], 'models'>[],
): Candidate[] {
  const asked = rules.flatMap((rule) => rule.models);
  return providers
    .flatMap(({ name, models, missing = [], loaded, state, reason }) => {
      const trouble = state === 'online' ? '' : reason || state;
      const unheard = trouble === '' ? [] : asked.flatMap((model) => modelAt(name, model));
      return [...new Set([...models, ...unheard, ...missing])].map((model) => ({
        name: `${name}/${model}`,
        trouble: trouble === '' && missing.includes(model) ? 'it is not there' : trouble,
        isLoaded: model === loaded,
      }));
    })
    .sort(
      (a, b) =>
        Number(b.isLoaded) - Number(a.isLoaded) || Number(a.trouble !== '') - Number(b.trouble !== ''),
    );
}

/** What a model `provider/model` is called there; nothing where it is somebody else's. */
function modelAt(provider: string, model: string): string[] {
  return model.startsWith(`${provider}/`) ? [model.slice(provider.length + 1)] : [];
}

/** Whether it is an answer that could have been used: only those are measured against each other. */
export function isUsable({ state, valid }: ComparedResult): boolean {
  return state === 'answered' && valid !== false;
}

/**
 * Answers field by field: what each model said of it (absent = it has no such field), and whether all said the same.
 * Answers that are broken or have no fields say nothing here.
 */
export function fieldsOf(
  results: readonly ComparedResult[],
): { key: string; values: (Field['value'] | undefined)[]; isAgreed: boolean }[] {
  const maps = results.map((result) => {
    const answer = readable(result.answer);
    if (!isUsable(result) || answer.kind !== 'fields') return null;
    return new Map(answer.fields.map(({ key, value }) => [key, value]));
  });
  const known = maps.filter((map) => map !== null);
  const keys = new Set(known.flatMap((map) => [...map.keys()]));
  return Array.from(keys, (key) => ({
    key,
    values: maps.map((map) => map?.get(key)),
    isAgreed: new Set(known.map((map) => (map.has(key) ? JSON.stringify(map.get(key)) : 'absent'))).size < 2,
  }));
}

/** What a model said where it is not told field by field: its text, or the words of a broken answer as they came. */
export function wordsOf(result: ComparedResult): string {
  if (!isUsable(result)) return result.raw ?? answerText(result.answer);
  return readable(result.answer).kind === 'fields' ? '' : answerText(result.answer);
}

/** Which result is the best of each figure, by its place; those that are alone are not, nor are broken ones. */
export function bestOf(results: readonly ComparedResult[]) {
  const of = (figure: (result: ComparedResult) => number | null) =>
    leastAt(results.map((result) => (isUsable(result) ? figure(result) : null)));
  return {
    firstToken: of(({ firstTokenMs }) => firstTokenMs),
    total: of(({ totalMs }) => totalMs),
    speed: of(({ tokensPerSecond }) => (tokensPerSecond === null ? null : -tokensPerSecond)),
    cost: of(({ cost }) => cost),
  };
}

function leastAt(values: readonly (number | null)[]): number {
  const known = values.flatMap((value) => (value === null ? [] : [value]));
  const least = Math.min(...known);
  return known.length > 1 && known.some((value) => value !== least) ? values.indexOf(least) : -1;
}
