import path from 'node:path';
import type { ConfigProblem } from '../contract/problem.ts';
import { type Rule, type RuleFrontMatter, ruleFrontMatter } from '../contract/rule.ts';
import { RESERVED_NAMES, RULE_NAME } from '../contract/rule-name.ts';
import { answerShape } from './answer-shape.ts';
import { splitFrontMatter } from './front-matter.ts';
import { inOrder } from './in-order.ts';
import { problemsOf } from './issues.ts';
import type { JsonSchema } from './json-schema.ts';
import { isMap, type KeyPath, listAt, valueAt } from './key-path.ts';
import { modelProblem } from './model-name.ts';
import { checkMetrics } from './rule-metrics.ts';
import { onOf, readPaths } from './rule-on.ts';
import { absentNames, outputsOf, readOutputs } from './rule-outputs.ts';
import { type Reading, type RuleContext, reporter } from './rule-reading.ts';
import { templateProblems } from './rule-templates.ts';
import { sealRule } from './rule-text.ts';
import { ruleJsonSchema } from './schema.ts';
import { toolProblem } from './tool-name.ts';
import { parseYaml } from './yaml-source.ts';

export type RuleParse = { ok: true; rule: Rule } | { ok: false; problems: ConfigProblem[] };

/** Reads one rule file: all problems at once, each with its place in the file. Never throws. */
export function parseRule(question: RuleContext & { file: string; text: string }): RuleParse {
  const name = ruleName(question.file);
  const report = reporter(question.file);
  if (name === null) report.whole('not a usable name for a rule', NAME_ALLOWED);
  else if (RESERVED_NAMES.includes(name.toLowerCase()))
    report.whole(`the name ${name} is reserved`, 'another name');
  const split = splitFrontMatter(question.text);
  if (!split.ok) {
    report.whole(split.message, 'a line ---, YAML, a line ---, and the prompt', split.line);
    return { ok: false, problems: inOrder(report.problems) };
  }
  const { source, problems } = parseYaml(split.yaml, question.file);
  report.problems.push(...problems);
  const readable = problems.length === 0;
  if (readable && !isMap(source.value))
    report.whole('front matter that is not a map of keys', 'on, mind, outputs');
  const at = { ...question, source, report, readable: readable && isMap(source.value) };
  const front = at.readable ? readFrontMatter(at) : null;
  const schema = readAnswer(at);
  const paths = readPaths(at);
  checkMetrics(at);
  readModels(at);
  readTools(at);
  const outputPaths = readOutputs(at, schema, paths);
  readPrompt(at, split.prompt, split.promptLine);
  if (name === null || front === null || report.problems.length > 0)
    return { ok: false, problems: inOrder(report.problems) };
  const { prompt } = split;
  const on = onOf(front.on, paths);
  const outputs = outputsOf(front.outputs, outputPaths);
  return {
    ok: true,
    rule: assemble({ name, file: question.file, front, schema, on, outputs, prompt, question }),
  };
}

/** A rule's name: its file's name without `.md`; null where that cannot be one. */
export function ruleName(file: string): string | null {
  const name = path.posix.basename(file).replace(/\.md$/i, '');
  return RULE_NAME.test(name) ? name : null;
}

const NAME_ALLOWED = 'a file name of letters, digits, -, _ and ., such as file-the-inbox.md';

function readFrontMatter({ source, report }: Reading): RuleFrontMatter | null {
  const parsed = ruleFrontMatter.safeParse(source.value);
  if (parsed.success) return parsed.data;
  const origin = (at: KeyPath, part: 'key' | 'value') => report.origin(source, at, part);
  const context = { input: source.value, schema: ruleJsonSchema(), origin, refused: () => null };
  report.problems.push(...problemsOf(parsed.error, context));
  return null;
}

/** The schema of the answer: null = free text, undefined = there is one and it is wrong. */
function readAnswer({ source, report }: Reading): JsonSchema | null | undefined {
  const key: KeyPath = ['mind', 'answer'];
  const answer = valueAt(source.value, key);
  if (answer === undefined) return null;
  if (!isMap(answer)) return undefined;
  const shape = answerShape(answer);
  if (shape.ok) return shape.schema;
  for (const each of shape.problems) report.at(source, [...key, ...each.path], each.value, each);
  return undefined;
}

function readModels({ source, report, providers }: Reading): void {
  const key: KeyPath = ['mind', 'models'];
  listAt(source.value, key).forEach((model, index) => {
    const problem = modelProblem(model, providers);
    if (problem !== null) report.at(source, [...key, index], model, problem);
  });
}

function readTools({ source, report, mcpTools }: Reading): void {
  const key: KeyPath = ['mind', 'tools'];
  const on = valueAt(source.value, ['on']);
  const isWatched = !isMap(on) || !('request' in on);
  listAt(source.value, key).forEach((tool, index) => {
    const problem = typeof tool === 'string' && tool !== '' ? toolProblem(tool, isWatched, mcpTools) : null;
    if (problem !== null) report.at(source, [...key, index], tool, problem);
  });
}

function readPrompt({ source, report }: Reading, prompt: string, firstLine: number): void {
  if (prompt === '') {
    report.whole('no prompt', 'a prompt beneath the front matter', firstLine);
    return;
  }
  const absent = {
    ...absentNames(source.value),
    answer: 'the prompt comes before the answer',
    item: 'item is there in outputs with `each` only',
  };
  for (const each of templateProblems({ source: prompt, purpose: 'text', absent, answer: undefined })) {
    const place = { line: firstLine + each.line - 1, column: each.column };
    report.problems.push({ file: report.file, ...each, ...place, key: 'prompt', severity: 'error' });
  }
}

function assemble(parts: {
  name: string;
  file: string;
  front: RuleFrontMatter;
  schema: JsonSchema | null | undefined;
  on: Rule['on'];
  outputs: Rule['outputs'];
  prompt: string;
  question: RuleContext;
}): Rule {
  const { name, file, front, on, outputs, prompt } = parts;
  return sealRule(
    {
      name,
      on,
      ...(front.only === undefined ? {} : { only: front.only }),
      mind: {
        models: front.mind.models ?? [...parts.question.defaultModels],
        offline: front.mind.offline,
        schema: parts.schema ?? null,
        maxOutputTokens: front.mind.max_output_tokens ?? null,
        cloud: front.mind.cloud,
        ...(front.mind.rate === undefined ? {} : { rate: front.mind.rate }),
        ...(front.mind.temperature === undefined ? {} : { temperature: front.mind.temperature }),
        ...(front.mind.long === 'refuse' ? { long: front.mind.long } : {}),
        ...(front.mind.tools.length === 0
          ? {}
          : { tools: [...new Set(front.mind.tools)], maxSteps: front.mind.max_steps }),
      },
      outputs,
      prompt,
    },
    file,
  );
}
