import { Context, type Liquid, type Template } from 'liquidjs';
import { CodedError, messageOf } from '../base/errors.ts';
import { createEngine, type Escaping, TEMPLATE_LIMITS } from './template-engine.ts';
import { JSON_ESCAPING } from './template-json.ts';
import { assemblePath, PATH_ESCAPING, pathSourceProblem } from './template-path.ts';
import type { TemplateScope } from './template-scope.ts';

/**
 * A Liquid template that was parsed: for texts, for paths, where values cannot add a component, or for JSON, where
 * they cannot leave their string.
 */
export interface CompiledTemplate {
  readonly source: string;
  readonly purpose: TemplatePurpose;
  readonly nodes: Template[];
}

export type TemplatePurpose = 'text' | 'path' | 'json';

export type TemplateCompilation =
  | { ok: true; template: CompiledTemplate }
  /** Line and column within the source, from 1. */
  | { ok: false; line: number; column: number; message: string };

export interface RenderOptions {
  /** IANA name, or `system`: for the `date` filter. */
  timezone: string;
}

/** One use of a name that the template expects from outside: `event.path` is `['event', 'path']`. */
export interface TemplateVariable {
  path: (string | number)[];
  line: number;
  column: number;
}

/**
 * Parses Liquid: unknown filters and tags are errors; partials, files and randomness do not exist. With `tolerated`
 * filters, only to be looked at: a template that needs them is never rendered.
 */
export function compileTemplate(
  source: string,
  purpose: TemplatePurpose = 'text',
  tolerated: readonly string[] = [],
): TemplateCompilation {
  if (tolerated.length > 0) return compileWith(engineOf(purpose, tolerated), source, purpose);
  const key = `${purpose} ${source}`;
  const known = compiled.get(key);
  if (known) return known;
  const fresh = compileWith(engineFor(purpose), source, purpose);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(key, fresh);
  return fresh;
}

/** What was compiled already: each thought needs its rule's few templates, and parsing them takes 0.15 ms [measured]. */
const compiled = new Map<string, TemplateCompilation>();
const MOST_COMPILED = 200;

function compileWith(engine: Liquid, source: string, purpose: TemplatePurpose): TemplateCompilation {
  const wrong = purpose === 'path' ? pathSourceProblem(source) : null;
  if (wrong !== null) return { ok: false, line: 1, column: 1, message: wrong };
  try {
    return { ok: true, template: { source, purpose, nodes: engine.parse(source) } };
  } catch (error) {
    return { ok: false, ...explain(error) };
  }
}

/**
 * The text of a template. Throws `template-failed` for an unknown variable, an exceeded limit and the like;
 * the error tells the place and never the text around it.
 */
export function renderTemplate(
  template: CompiledTemplate,
  scope: TemplateScope,
  options: RenderOptions,
): string {
  const engine = engineFor(template.purpose);
  const context = contextOf(engine, scope, options);
  let text: string;
  try {
    text = String(engine.renderSync(template.nodes, context));
  } catch (error) {
    const { line, column, message } = explain(error);
    // Not chained: the library's error carries the source, and a prompt is never logged.
    throw new CodedError('template-failed', `${message} (template line ${line}, column ${column})`);
  }
  if (text.length <= TEMPLATE_LIMITS.result) return text;
  throw new CodedError('template-failed', 'the rendered text is too long', {
    value: text.length,
    allowed: `at most ${TEMPLATE_LIMITS.result} characters`,
  });
}

/**
 * The absolute path text of a path template. Separators, control characters and leading dots of every
 * interpolated value are neutralised; slashes in the template itself are fine. Throws `template-failed`,
 * `path-escapes`, `path-not-absolute`.
 */
export function renderPath(template: CompiledTemplate, scope: TemplateScope, options: RenderOptions): string {
  return assemblePath(renderTemplate(asPath(template), scope, options));
}

/** The value of one Liquid expression (`answer.tags | sort`), with its type. Throws `template-failed`. */
export function evaluate(expression: string, scope: TemplateScope, options: RenderOptions): unknown {
  const engine = engineFor('text');
  try {
    return engine.evalValueSync(expression, contextOf(engine, scope, options));
  } catch (error) {
    const { message } = explain(error);
    throw new CodedError('template-failed', message);
  }
}

function contextOf(engine: Liquid, scope: TemplateScope, { timezone }: RenderOptions): Context {
  const timezoneOffset = timezone === 'system' ? undefined : timezone;
  return new Context(
    { ...scope },
    { ...engine.options, ...(timezoneOffset === undefined ? {} : { timezoneOffset }) },
    { sync: true },
    { liquid: engine },
  );
}

/** Every name the template expects from its scope, with the place of each use. */
export function variables(template: CompiledTemplate): TemplateVariable[] {
  const { globals } = engineFor(template.purpose).analyzeSync(template.nodes, { partials: false });
  return Object.values(globals)
    .flat()
    .map((variable) => ({
      path: variable.segments.map((segment) => (typeof segment === 'object' ? '*' : segment)),
      line: variable.location.row,
      column: variable.location.col,
    }));
}

/** The names of all filters. */
export function filterNames(purpose: TemplatePurpose): string[] {
  return Object.keys(engineFor(purpose).filters);
}

function asPath(template: CompiledTemplate): CompiledTemplate {
  if (template.purpose === 'path') return template;
  const again = compileTemplate(template.source, 'path');
  if (again.ok) return again.template;
  throw new CodedError('template-failed', again.message);
}

/** One engine for each purpose, made at first use: an engine keeps nothing between calls but its options. */
const engines: Partial<Record<TemplatePurpose, Liquid>> = {};
const ESCAPING: Partial<Record<TemplatePurpose, Escaping>> = { path: PATH_ESCAPING, json: JSON_ESCAPING };

function engineFor(purpose: TemplatePurpose): Liquid {
  engines[purpose] ??= engineOf(purpose);
  return engines[purpose];
}

function engineOf(purpose: TemplatePurpose, tolerated?: readonly string[]): Liquid {
  return createEngine(ESCAPING[purpose], tolerated);
}

function explain(error: unknown): { line: number; column: number; message: string } {
  const [line, column] = positionOf(error);
  const message = messageOf(error).split('\n')[0] ?? '';
  return { line, column, message: message.replace(/, line:\d+, col:\d+$/, '').slice(0, 200) };
}

/** Liquid's errors carry the token they are about; a runaway regular expression or stack does not. */
function positionOf(error: unknown): [number, number] {
  if (typeof error !== 'object' || error === null || !('token' in error)) return [1, 1];
  const { token } = error;
  if (typeof token !== 'object' || token === null || !('getPosition' in token)) return [1, 1];
  const position: unknown = typeof token.getPosition === 'function' ? token.getPosition() : [];
  const [line, column] = Array.isArray(position) ? position : [];
  return [typeof line === 'number' ? line : 1, typeof column === 'number' ? column : 1];
}
