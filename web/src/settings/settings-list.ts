import type { ConfigView } from '../../../src/contract/config-view.ts';

/** One setting in force. */
export interface Setting {
  /** Dotted. */
  key: string;
  value: unknown;
  /** A file and line, a variable, or `default`. */
  source: string;
  isDefault: boolean;
}

/** Every setting in the order of the file, each with where it comes from. */
export function settingsOf({ values, sources }: ConfigView): Setting[] {
  const listed: Setting[] = [];
  const walk = (value: unknown, key: string) => {
    const source = sources[key];
    if (source === undefined && isMap(value) && Object.keys(value).length > 0) {
      for (const [name, each] of Object.entries(value)) walk(each, key === '' ? name : `${key}.${name}`);
      return;
    }
    listed.push({
      key,
      value,
      source: source ?? '',
      isDefault: source === undefined || source === 'default',
    });
  };
  walk(values, '');
  return listed;
}

/** Those with all these words in their key, value or source, in any case. */
export function matching(settings: readonly Setting[], search: string): Setting[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return settings.filter((setting) => {
    const text = `${setting.key} ${valueText(setting.value)} ${setting.source}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** By the first part of their keys; those that stand alone together, at the end. */
export function grouped(settings: readonly Setting[]): { name: string; settings: Setting[] }[] {
  const groups = Map.groupBy(settings, ({ key }) =>
    key.includes('.') ? key.slice(0, key.indexOf('.')) : '',
  );
  const alone = groups.get('') ?? [];
  groups.delete('');
  const named = Array.from(groups, ([name, settings]) => ({ name, settings }));
  return alone.length === 0 ? named : [...named, { name: '', settings: alone }];
}

/** As it would be written in config.yaml, on one line. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return JSON.stringify(value) ?? '';
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
