import {
  compileTemplate,
  filterNames,
  type TemplatePurpose,
  type TemplateVariable,
  variables,
} from '../contract/template.ts';
import { TEMPLATE_NAMES } from '../contract/template-scope.ts';
import type { JsonSchema } from './json-schema.ts';
import { isMap } from './key-path.ts';
import { nearest } from './nearest.ts';

export interface TemplateQuestion {
  source: string;
  purpose: TemplatePurpose;
  /** Names that exist elsewhere but not here, with the reason. */
  absent: Readonly<Record<string, string>>;
  /** Schema of `answer`; null = free text; undefined = not known, so its fields are not checked. */
  answer: JsonSchema | null | undefined;
  /** Schema of `item`, where it is known. */
  item?: JsonSchema | undefined;
}

/** Line and column within the source, from 1. */
export interface TemplateProblem {
  line: number;
  column: number;
  value: string | undefined;
  message: string;
  allowed: string | null;
  nearest: string | null;
}

/** Syntax, filters and names of one template, checked without rendering it. */
export function templateProblems(question: TemplateQuestion): TemplateProblem[] {
  const { source, purpose } = question;
  const problems: TemplateProblem[] = [];
  const tolerated: string[] = [];
  let compiled = compileTemplate(source, purpose);
  // Liquid stops at the first filter that it does not know: what comes after is looked at as if it were known.
  while (!compiled.ok && tolerated.length < FILTERS_REPORTED) {
    const filter = UNKNOWN_FILTER.exec(compiled.message)?.[1];
    if (filter === undefined || tolerated.includes(filter)) break;
    problems.push(filterProblem(filter, compiled, purpose));
    tolerated.push(filter);
    compiled = compileTemplate(source, purpose, tolerated);
  }
  if (!compiled.ok) {
    const { line, column, message } = compiled;
    return [...problems, { line, column, value: undefined, message, allowed: null, nearest: null }];
  }
  const found = variables(compiled.template).map((variable) => variableProblem(variable, question));
  return [...problems, ...found.filter((problem) => problem !== null)];
}

const UNKNOWN_FILTER = /^undefined filter: (.+)$/;
/** Each makes an engine, which takes 0.2 ms. */
const FILTERS_REPORTED = 20;

function filterProblem(
  filter: string,
  { line, column }: { line: number; column: number },
  purpose: TemplatePurpose,
): TemplateProblem {
  return {
    line,
    column,
    value: filter,
    message: 'unknown filter',
    allowed: "slug, json, date, or another of Liquid's filters",
    nearest: nearest(filter, filterNames(purpose)),
  };
}

function variableProblem(variable: TemplateVariable, question: TemplateQuestion): TemplateProblem | null {
  const { line, column } = variable;
  const [first, second] = variable.path;
  const top = String(first);
  const value = variable.path.join('.');
  const facts = { line, column, value };
  const known: readonly string[] = Object.keys(TEMPLATE_NAMES);
  if (!known.includes(top)) {
    return { ...facts, message: 'unknown variable', allowed: known.join(', '), nearest: nearest(top, known) };
  }
  const reason = question.absent[top];
  if (reason !== undefined) return { ...facts, message: reason, allowed: null, nearest: null };
  if (top === 'answer') return answerProblem(variable, question.answer, facts, 'the answer');
  if (top === 'item') return answerProblem(variable, question.item, facts, 'an item');
  const fields = fieldsOf(top);
  if (fields.length === 0 || second === undefined || second === '*' || fields.includes(String(second)))
    return null;
  const near = nearest(String(second), fields);
  return {
    ...facts,
    message: `${top} has no ${String(second)}`,
    allowed: fields.map((field) => `${top}.${field}`).join(', '),
    nearest: near === null ? null : `${top}.${near}`,
  };
}

function fieldsOf(top: string): string[] {
  const entry = Object.entries(TEMPLATE_NAMES).find(([name]) => name === top)?.[1];
  return entry === null || entry === undefined ? [] : Object.keys(entry);
}

type Facts = Pick<TemplateProblem, 'line' | 'column' | 'value'>;

function answerProblem(
  variable: TemplateVariable,
  schema: TemplateQuestion['answer'],
  facts: Facts,
  what: string,
): TemplateProblem | null {
  const [, ...steps] = variable.path;
  if (schema === undefined || steps.length === 0) return null;
  if (schema === null) {
    if (steps[0] === 'size') return null;
    return {
      ...facts,
      message: 'the answer is free text',
      allowed: 'answer, or a shape in mind.answer',
      nearest: null,
    };
  }
  let at: unknown = schema;
  for (const step of steps) {
    if (!isMap(at) || !isMap(at['properties']) || at['additionalProperties'] !== false || step === '*')
      return null;
    const names = Object.keys(at['properties']);
    if (!names.includes(String(step))) {
      const near = nearest(String(step), names);
      return {
        ...facts,
        message: `${what} has no ${String(step)}`,
        allowed: names.join(', '),
        nearest: near,
      };
    }
    at = at['properties'][String(step)];
  }
  return null;
}
