import path from 'node:path';
import type { ConfigProblem } from '../contract/problem.ts';
import { NOT_IN_THIS_VERSION, type Rule, type RuleFrontMatter, ruleFrontMatter } from '../contract/rule.ts';
import { answerShape } from './answer-shape.ts';
import { splitFrontMatter } from './front-matter.ts';
import { inOrder } from './in-order.ts';
import { problemsOf } from './issues.ts';
import type { JsonSchema } from './json-schema.ts';
import { dotted, isMap, type KeyPath, listAt, valueAt } from './key-path.ts';
import { modelProblem } from './model-name.ts';
import { type Resolved, resolveGlob, resolveOutputPath } from './rule-paths.ts';
import { type TemplateQuestion, templateProblems } from './rule-templates.ts';
import { sealRule } from './rule-text.ts';
import { ruleJsonSchema } from './schema.ts';
import { toolProblem } from './tool-name.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

/** What a rule is checked against. Paths are absolute path text, but `homedir` is as the system gave it. */
export interface RuleContext {
  /** Every provider a model may name. */
  providers: readonly string[];
  roots: readonly string[];
  outputRoots: readonly string[];
  homedir: string;
  defaultModels: readonly string[];
  /** Tools that rules may name: by MCP server, those that the configuration allows. */
  mcpTools: Readonly<Record<string, readonly string[]>>;
}

export type RuleParse = { ok: true; rule: Rule } | { ok: false; problems: ConfigProblem[] };

/** Reads one rule file: all problems at once, each with its place in the file. Never throws. */
export function parseRule(question: RuleContext & { file: string; text: string }): RuleParse {
  const name = ruleName(question.file);
  const report = reporter(question.file);
  if (name === null) report.whole('not a usable name for a rule', NAME_ALLOWED);
  else if (RESERVED.includes(name.toLowerCase()))
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
  const paths = readGlobs(at);
  readModels(at);
  readTools(at);
  const outputPaths = readOutputs(at, schema);
  readPrompt(at, split.prompt, split.promptLine);
  if (name === null || front === null || report.problems.length > 0)
    return { ok: false, problems: inOrder(report.problems) };
  const { prompt } = split;
  return {
    ok: true,
    rule: assemble({ name, file: question.file, front, schema, paths, outputPaths, prompt, question }),
  };
}

/** A rule's name: its file's name without `.md`; null where that cannot be one. */
export function ruleName(file: string): string | null {
  const name = path.posix.basename(file).replace(/\.md$/i, '');
  return /^[a-z0-9][a-z0-9_.-]{0,99}$/i.test(name) ? name : null;
}

const NAME_ALLOWED = 'a file name of letters, digits, -, _ and ., such as file-the-inbox.md';
const RESERVED = ['request', 'builtin'];

interface Reading extends RuleContext {
  source: YamlSource;
  report: Reporter;
  /** Whether the front matter is a map that can be asked. */
  readable: boolean;
}

function readFrontMatter({ source, report }: Reading): RuleFrontMatter | null {
  const parsed = ruleFrontMatter.safeParse(source.value);
  if (parsed.success) return parsed.data;
  const origin = (at: KeyPath, part: 'key' | 'value') => report.origin(source, at, part);
  const context = { input: source.value, schema: ruleJsonSchema(), origin, refused };
  report.problems.push(...problemsOf(parsed.error, context));
  return null;
}

/** Outputs and triggers that are known by name, and refused as such rather than as unknown keys. */
function refused(at: KeyPath): string | null {
  const [first, second, third] = at;
  const outputs: readonly unknown[] = NOT_IN_THIS_VERSION.outputs;
  const triggers: readonly unknown[] = NOT_IN_THIS_VERSION.on;
  const output = first === 'outputs' && at.length === 3 && outputs.includes(third);
  const trigger = first === 'on' && at.length === 2 && triggers.includes(second);
  return output || trigger ? 'not in this version' : null;
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

function readGlobs({ source, report, roots, homedir }: Reading): string[] {
  const key: KeyPath = ['on', 'file', 'paths'];
  const patterns = listAt(source.value, key).flatMap((pattern, index) => {
    if (typeof pattern !== 'string' || pattern === '') return [];
    return take(resolveGlob(pattern, roots, homedir), source, report, [...key, index], pattern) ?? [];
  });
  return [...new Set(patterns)];
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
  const isOnFiles = isMap(valueAt(source.value, ['on', 'file']));
  listAt(source.value, key).forEach((tool, index) => {
    const problem = typeof tool === 'string' && tool !== '' ? toolProblem(tool, isOnFiles, mcpTools) : null;
    if (problem !== null) report.at(source, [...key, index], tool, problem);
  });
}

/** The resolved source of each output's path, in order; empty where it is wrong. */
function readOutputs(reading: Reading, answer: JsonSchema | null | undefined): string[] {
  const { source, report, outputRoots, homedir } = reading;
  const absent = absentNames(source.value);
  const paths = listAt(source.value, ['outputs']).map((output, index) => {
    const base = { absent, answer };
    const body = valueAt(output, ['body']);
    if (typeof body === 'string')
      checkScalar(reading, ['outputs', index, 'body'], { ...base, source: body, purpose: 'text' });
    const kind = ['write', 'append'].find((each) => typeof valueAt(output, [each]) === 'string');
    const text = kind === undefined ? undefined : valueAt(output, [kind]);
    if (kind === undefined || typeof text !== 'string' || text === '') return '';
    const key: KeyPath = ['outputs', index, kind];
    checkScalar(reading, key, { ...base, source: text.trim(), purpose: 'path' });
    return take(resolveOutputPath(text, outputRoots, homedir), source, report, key, text) ?? '';
  });
  refuseSameWrites(reading, paths);
  return paths;
}

/** Two outputs that write one file would each take it for somebody else's. */
function refuseSameWrites({ source, report }: Reading, paths: readonly string[]): void {
  const first = new Map<string, number>();
  paths.forEach((path, index) => {
    const key: KeyPath = ['outputs', index, 'write'];
    const text = valueAt(source.value, key);
    if (path === '' || typeof text !== 'string') return;
    const other = first.get(path);
    if (other === undefined) first.set(path, index);
    else {
      const facts = { message: `writes the same file as outputs.${other}`, allowed: 'another path' };
      report.at(source, key, text, facts);
    }
  });
}

function readPrompt({ source, report }: Reading, prompt: string, firstLine: number): void {
  if (prompt === '') {
    report.whole('no prompt', 'a prompt beneath the front matter', firstLine);
    return;
  }
  const absent = { ...absentNames(source.value), answer: 'the prompt comes before the answer' };
  for (const each of templateProblems({ source: prompt, purpose: 'text', absent, answer: undefined })) {
    const place = { line: firstLine + each.line - 1, column: each.column };
    report.problems.push({ file: report.file, ...each, ...place, key: 'prompt', severity: 'error' });
  }
}

/** Names that templates of this rule cannot use, because of what wakes it. */
function absentNames(front: unknown): Record<string, string> {
  const on = valueAt(front, ['on']);
  if (!isMap(on)) return {};
  if ('request' in on && !('file' in on)) return { file: 'a rule on requests has no file' };
  return 'file' in on && !('request' in on) ? { request: 'a rule on files has no request' } : {};
}

function checkScalar({ source, report }: Reading, key: KeyPath, question: TemplateQuestion): void {
  const start = source.textPlace(key);
  for (const each of templateProblems(question)) {
    const line = start === null ? null : start.line + each.line - 1;
    // Blocks are indented and quotes escape: a column is only right on a scalar's own first line.
    const column =
      start === null || each.line > 1 || start.column === 1 ? null : start.column + each.column - 1;
    report.problems.push({ file: report.file, ...each, line, column, key: dotted(key), severity: 'error' });
  }
}

function assemble(parts: {
  name: string;
  file: string;
  front: RuleFrontMatter;
  schema: JsonSchema | null | undefined;
  paths: string[];
  outputPaths: string[];
  prompt: string;
  question: RuleContext;
}): Rule {
  const { name, file, front, prompt } = parts;
  const { file: onFile } = front.on;
  const on: Rule['on'] =
    onFile === undefined
      ? { request: {} }
      : {
          file: {
            paths: parts.paths,
            changes: onFile.changes,
            settleMs: onFile.settle,
            existing: onFile.existing,
          },
        };
  return sealRule(
    {
      name,
      on,
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
      outputs: front.outputs.map((output, index) => ({
        kind: output.write === undefined ? 'append' : 'write',
        path: parts.outputPaths[index] ?? '',
        body: output.body,
      })),
      prompt,
    },
    file,
  );
}

/** The value, or null after reporting why there is none. */
function take<T>(
  resolved: Resolved<T>,
  source: YamlSource,
  report: Reporter,
  key: KeyPath,
  value: unknown,
): T | null {
  if (resolved.ok) return resolved.value;
  report.at(source, key, value, resolved);
  return null;
}

type Reporter = ReturnType<typeof reporter>;

function reporter(file: string) {
  const problems: ConfigProblem[] = [];
  const origin = (source: YamlSource, key: KeyPath, part: 'key' | 'value') => {
    for (let length = key.length; length > 0; length -= 1) {
      const place = source.place(key.slice(0, length), length === key.length ? part : 'key');
      if (place !== null) return { file, line: place.line, column: place.column };
    }
    return { file, line: 1, column: 1 };
  };
  return {
    file,
    problems,
    origin,
    at(
      source: YamlSource,
      key: KeyPath,
      value: unknown,
      facts: { message: string; allowed: string | null; nearest?: string | null },
    ) {
      const { message, allowed, nearest = null } = facts;
      const place = origin(source, key, 'value');
      problems.push({ ...place, key: dotted(key), value, message, allowed, nearest, severity: 'error' });
    },
    whole(message: string, allowed: string | null, line = 1) {
      const rest = { key: '', value: undefined, nearest: null, severity: 'error' } as const;
      problems.push({ file, line, column: 1, message, allowed, ...rest });
    },
  };
}
