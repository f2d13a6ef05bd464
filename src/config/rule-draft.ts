import path from 'node:path';
import type { Folders } from '../contract/config.ts';
import type { ConfigProblem } from '../contract/problem.ts';
import type { Rule } from '../contract/rule.ts';
import { TEXT_BYTES } from './read-text.ts';
import { parseRule, ruleName } from './rule-file.ts';
import type { RuleContext } from './rule-reading.ts';
import { gatheredUnknown, listRules, wholeFile } from './rules.ts';

/** What would become of a text, were it the file of that rule. */
export interface Draft {
  /** Where it is, or would be; path text. */
  file: string;
  /** Null where it would not come into force. */
  rule: Rule | null;
  problems: ConfigProblem[];
}

/** Checks the text of a rule before it is in a file: by itself, and beside the other rules. Reads only their names. */
export async function checkDraft(
  { name, text }: { name: string; text: string },
  folders: Pick<Folders, 'rules'>,
  context: RuleContext,
): Promise<Draft> {
  const { files, problems: unlisted } = await listRules(folders.rules);
  const file = fileAmong(files, name) ?? path.posix.join(folders.rules, `${name}.md`);
  const problems = [...unlisted, ...unusable(file, text), ...sharedName(file, files)];
  if (problems.length > 0) return { file, rule: null, problems };
  const parsed = parseRule({ ...context, file, text });
  if (!parsed.ok) return { file, rule: null, problems: parsed.problems };
  const names = [...files, file].flatMap((each) => ruleName(each)?.toLowerCase() ?? []);
  return { file, rule: parsed.rule, problems: gatheredUnknown(parsed.rule, names) };
}

/** The file of a rule that is there: looked for by its name, never made of it. Null = there is none. */
export async function findRuleFile(folder: string, name: string): Promise<string | null> {
  return fileAmong((await listRules(folder)).files, name);
}

function fileAmong(files: readonly string[], name: string): string | null {
  return files.find((file) => ruleName(file) === name) ?? null;
}

/** What a file cannot hold, or would not be read for. */
function unusable(file: string, text: string): ConfigProblem[] {
  const bytes = Buffer.byteLength(text);
  if (bytes > TEXT_BYTES) return [wholeFile(file, `${bytes} bytes long`, `at most ${TEXT_BYTES} bytes`)];
  return text.isWellFormed() ? [] : [wholeFile(file, 'half of a surrogate pair', 'text in Unicode')];
}

/** Two names that differ only in case would be one file on many disks. */
function sharedName(file: string, files: readonly string[]): ConfigProblem[] {
  const name = ruleName(file)?.toLowerCase();
  const other = files.find((each) => each !== file && ruleName(each)?.toLowerCase() === name);
  if (other === undefined) return [];
  return [wholeFile(file, `differs from ${path.posix.basename(other)} only in case`, 'another name')];
}
