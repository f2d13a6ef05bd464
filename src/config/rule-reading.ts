import type { ConfigProblem } from '../contract/problem.ts';
import { dotted, type KeyPath } from './key-path.ts';
import type { Resolved } from './rule-paths.ts';
import { type TemplateQuestion, templateProblems } from './rule-templates.ts';
import type { YamlSource } from './yaml-source.ts';

/** What a rule is checked against. Paths are absolute path text, but `homedir` is as the system gave it. */
export interface RuleContext {
  /** Every provider a model may name. */
  providers: readonly string[];
  roots: readonly string[];
  outputRoots: readonly string[];
  /** The daemon's own state and logs, which no rule may listen to. */
  ownFolders: readonly string[];
  homedir: string;
  defaultModels: readonly string[];
  /** Tools that rules may name: by MCP server, those that the configuration allows. */
  mcpTools: Readonly<Record<string, readonly string[]>>;
  /** Names of the webhooks that are declared. */
  webhooks: readonly string[];
  /** Whether outputs may run programs. */
  commands: 'never' | 'allow';
}

/** A rule file while it is read: what it says, and what is found wrong with it. */
export interface Reading extends RuleContext {
  source: YamlSource;
  report: Reporter;
  /** Whether the front matter is a map that can be asked. */
  readable: boolean;
}

/** The value, or null after reporting why there is none. */
export function take<T>(
  resolved: Resolved<T>,
  { source, report }: Pick<Reading, 'source' | 'report'>,
  key: KeyPath,
  value: unknown,
): T | null {
  if (resolved.ok) return resolved.value;
  report.at(source, key, value, resolved);
  return null;
}

/** Reports what is wrong with the template under a key. */
export function checkTemplate({ source, report }: Reading, key: KeyPath, question: TemplateQuestion): void {
  const start = source.textPlace(key);
  for (const each of templateProblems(question)) {
    const line = start === null ? null : start.line + each.line - 1;
    // Blocks are indented and quotes escape: a column is only right on a scalar's own first line.
    const column =
      start === null || each.line > 1 || start.column === 1 ? null : start.column + each.column - 1;
    report.problems.push({ file: report.file, ...each, line, column, key: dotted(key), severity: 'error' });
  }
}

export type Reporter = ReturnType<typeof reporter>;

/** Gathers problems, each with its place in the file. */
export function reporter(file: string) {
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
