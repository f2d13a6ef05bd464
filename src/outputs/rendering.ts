import { CodedError } from '../base/errors.ts';
import type { PlanRequest } from '../contract/output.ts';
import {
  compileTemplate,
  evaluate,
  renderPath,
  renderTemplate,
  type TemplatePurpose,
} from '../contract/template.ts';
import { type TemplateScope, templateScope } from '../contract/template-scope.ts';

/** Renders the templates of one answered thought's outputs. All throw `template-failed`. */
export interface Rendering {
  readonly request: PlanRequest;
  readonly scope: TemplateScope;
  text(source: string): string;
  /** The same of JSON: no value leaves the string that it is in. */
  json(source: string): string;
  /** The value of a template that is one `{{ expression }}`, with its type; of any other its text. */
  value(source: string): unknown;
  /** Absolute path text. Also throws `path-escapes`, `path-not-absolute`. */
  path(source: string): string;
  /** One rendering for each item of a list of the answer; none where it is no list. */
  each(name: string): Rendering[];
}

export function createRendering(request: PlanRequest, timezone: string): Rendering {
  const scope = templateScope({ ...request, schema: request.rule.mind.schema, timezone });
  return renderingOf(request, scope, timezone);
}

function renderingOf(request: PlanRequest, scope: TemplateScope, timezone: string): Rendering {
  return {
    request,
    scope,
    text: (source) => renderTemplate(parsed(source, 'text'), scope, { timezone }),
    json: (source) => renderTemplate(parsed(source, 'json'), scope, { timezone }),
    value(source) {
      const expression = /^\s*\{\{-?((?:(?!\}\}|\{\{).)*?)-?\}\}\s*$/s.exec(source)?.[1];
      return expression === undefined
        ? renderTemplate(parsed(source, 'text'), scope, { timezone })
        : evaluate(expression.trim(), scope, { timezone });
    },
    path: (source) => renderPath(parsed(source, 'path'), scope, { timezone }),
    each(name) {
      const { answer } = scope;
      const list: unknown =
        typeof answer === 'object' && answer !== null && Object.hasOwn(answer, name)
          ? Object.getOwnPropertyDescriptor(answer, name)?.value
          : [];
      return (Array.isArray(list) ? list : []).map((item: unknown) =>
        renderingOf(request, { ...scope, item }, timezone),
      );
    },
  };
}

function parsed(source: string, purpose: TemplatePurpose) {
  const compiled = compileTemplate(source, purpose);
  if (!compiled.ok) throw new CodedError('template-failed', compiled.message);
  return compiled.template;
}
