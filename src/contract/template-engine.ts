import { type FS, Liquid } from 'liquidjs';
import { slug } from './slug.ts';

/**
 * Bounds of one template, so that neither a rule nor a model's words can eat the machine: characters of
 * source, characters allocated while rendering, milliseconds of rendering, characters of result.
 */
export const TEMPLATE_LIMITS = { source: 200_000, memory: 64_000_000, ms: 5000, result: 16_000_000 } as const;

/** Filters that the prompt's identity (same event, same text) would not survive, or that have two ways to be wrong. */
const LEFT_OUT = ['sample', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'];

/** Tags that read other templates, or that change the scope they are given. */
const REFUSED_TAGS = ['include', 'render', 'layout', 'block', 'increment', 'decrement'];

/** How every interpolated value of a template is made safe, and what else the template may do. */
export interface Escaping {
  escape(value: unknown): string;
  /** Tags: a value that is not printed by `{{ }}` could not be made safe. */
  tags: readonly string[];
  /** Filters that make a value safe themselves, where they are the last. */
  safe: readonly string[];
}

/**
 * An engine for texts, or one whose every interpolated value is escaped. `tolerated` names filters that do not exist
 * and are let through, to find what else is wrong with a template.
 */
export function createEngine(escaping?: Escaping, tolerated: readonly string[] = []): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    dynamicPartials: false,
    relativeReference: false,
    fs: noFiles,
    cache: false,
    // Fixed, so that a prompt does not depend on the locale of the machine that renders it.
    locale: 'en-US',
    parseLimit: TEMPLATE_LIMITS.source,
    memoryLimit: TEMPLATE_LIMITS.memory,
    renderLimit: TEMPLATE_LIMITS.ms,
    ...(escaping === undefined ? {} : { outputEscape: escaping.escape }),
  });
  for (const filter of LEFT_OUT) engine.unregisterFilter(filter);
  for (const tag of Object.keys(engine.tags)) {
    const allowed = escaping === undefined ? !REFUSED_TAGS.includes(tag) : escaping.tags.includes(tag);
    if (!allowed) delete engine.tags[tag];
  }
  // `raw` would switch the escaping of values off.
  if (escaping !== undefined) engine.unregisterFilter('raw');
  for (const name of escaping?.safe ?? []) {
    const handler = engine.filters[name];
    if (typeof handler === 'function') engine.registerFilter(name, { raw: true, handler });
  }
  engine.registerFilter('slug', (value: unknown) => slug(value));
  replaceDate(engine);
  for (const filter of tolerated) engine.registerFilter(filter, (value: unknown) => value);
  return engine;
}

/** `2026-04-12`: a day, not an instant, whatever the time zone. */
const DAY = /^\s*\d{4}-\d{2}-\d{2}\s*$/;
/** `2026-04-12T10:30`: a time on the wall, to be shown as it is. */
const WALL_TIME = /^\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*$/;

/** Liquid's `date` takes a day for midnight in UTC (so it moves west of Greenwich) and `now` from the machine. */
function replaceDate(engine: Liquid): void {
  const original = engine.filters['date'];
  if (typeof original !== 'function') return;
  engine.registerFilter('date', function (value: unknown, format: unknown, zone: unknown) {
    if (typeof value !== 'string') return original.call(this, value, format, zone);
    if (value === 'now' || value === 'today') {
      return original.call(this, this.context.getSync(['now']), format, zone);
    }
    if (DAY.test(value)) return original.call(this, `${value.trim()}T00:00:00Z`, format, 0);
    if (WALL_TIME.test(value)) return original.call(this, `${value.trim().replace(' ', 'T')}Z`, format, 0);
    return original.call(this, value, format, zone);
  });
}

const refuse = () => {
  throw new Error('templates read no files');
};

const noFiles: FS = {
  exists: async () => false,
  existsSync: () => false,
  contains: async () => false,
  containsSync: () => false,
  readFile: async () => refuse(),
  readFileSync: refuse,
  resolve: refuse,
};
