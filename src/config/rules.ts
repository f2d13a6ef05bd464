import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../base/errors.ts';
import { fromFs, toFs } from '../base/path-text.ts';
import type { Config, Folders } from '../contract/config.ts';
import type { ConfigProblem } from '../contract/problem.ts';
import type { Rule } from '../contract/rule.ts';
import { providerNames } from './model-name.ts';
import { nearest } from './nearest.ts';
import { readText } from './read-text.ts';
import { parseRule, ruleName } from './rule-file.ts';
import type { RuleContext } from './rule-reading.ts';

/** What a valid configuration says about rules. */
export function ruleContext(config: Config, homedir: string): RuleContext {
  return {
    providers: providerNames(config.values),
    roots: config.roots.map((root) => root.path),
    outputRoots: config.outputRoots,
    ownFolders: [config.folders.state, config.folders.logs, config.folders.rules],
    homedir,
    defaultModels: config.values.default_models,
    mcpTools: Object.fromEntries(
      Object.entries(config.values.mcp_servers).map(([name, { tools }]) => [name, Object.keys(tools)]),
    ),
    webhooks: Object.keys(config.values.webhooks),
    commands: config.values.commands,
  };
}

/**
 * Every `*.md` in the rules folder, by name. A broken file is a problem and hides no other. `listed` is false where
 * the folder is missing or cannot be listed: then nothing is known of its rules, rather than that there are none.
 */
export async function loadRules(
  folders: Pick<Folders, 'rules'>,
  context: RuleContext,
): Promise<{ rules: Rule[]; problems: ConfigProblem[]; listed: boolean }> {
  const listed = await listRules(folders.rules);
  const rules: Rule[] = [];
  const problems: ConfigProblem[] = [...listed.problems];
  const owners = new Map<string, string>();
  for (const file of listed.files) {
    const name = ruleName(file)?.toLowerCase();
    const owner = name === undefined ? undefined : owners.get(name);
    // On many disks they would be one file, and the state of a rule is kept by its name.
    if (owner !== undefined)
      problems.push(wholeFile(file, `differs from ${owner} only in case`, 'another name'));
    else if (name !== undefined) owners.set(name, path.posix.basename(file));
    const parsed = await loadRule(file, context);
    if (!parsed.ok) problems.push(...parsed.problems);
    else if (owner === undefined) rules.push(parsed.rule);
  }
  problems.push(...rules.flatMap((rule) => gatheredUnknown(rule, [...owners.keys()])));
  return { rules, problems, listed: listed.ok };
}

/** Rules that a schedule gathers answers of, and that there are not: their files may come later. */
export function gatheredUnknown({ file, on }: Rule, names: readonly string[]): ConfigProblem[] {
  const wanted = on.schedule?.gather?.rules ?? [];
  return wanted
    .filter((name) => !names.includes(name.toLowerCase()))
    .map((name) => ({
      ...wholeFile(file, 'there is no rule of this name', names.join(', ')),
      key: 'on.schedule.gather.rules',
      value: name,
      nearest: nearest(name, names),
      severity: 'warning',
    }));
}

/** Reads and checks one rule file (path text). */
export async function loadRule(
  file: string,
  context: RuleContext,
): Promise<{ ok: true; rule: Rule } | { ok: false; problems: ConfigProblem[] }> {
  const read = await readText(file);
  if (read.kind === 'text') return parseRule({ ...context, file, text: read.text });
  const problem = read.kind === 'unusable' ? read.problem : wholeFile(file, 'there is no such file', null);
  return { ok: false, problems: [problem] };
}

/** The rule files of a folder, by name; `ok` is false where it cannot be said which there are. */
export async function listRules(
  folder: string,
): Promise<{ ok: boolean; files: string[]; problems: ConfigProblem[] }> {
  try {
    const names = (await readdir(toFs(folder), { encoding: 'buffer' })).map((name) => fromFs(name));
    const files = names
      .filter((name) => /\.md$/i.test(name) && !name.startsWith('.'))
      .sort()
      .map((name) => path.posix.join(folder, name));
    return { ok: true, files, problems: [] };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return { ok: false, files: [], problems: [] };
    return {
      ok: false,
      files: [],
      problems: [wholeFile(folder, `cannot be listed: ${code ?? 'unknown reason'}`, 'a folder')],
    };
  }
}

/** A problem of a file as a whole. */
export function wholeFile(file: string, message: string, allowed: string | null): ConfigProblem {
  const rest = {
    line: null,
    column: null,
    key: '',
    value: undefined,
    nearest: null,
    severity: 'error',
  } as const;
  return { file, message, allowed, ...rest };
}
