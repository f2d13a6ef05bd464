/** What is wrong in one file, or in none. */
export interface Trouble {
  /** The file; empty for what stands by itself. */
  file: string;
  /** Each with its line and column, where it is of a file. */
  said: readonly string[];
}

/** Problems file by file, in the order in which they came: one broken file is one thing to mend. */
export function byFile(problems: readonly string[]): Trouble[] {
  const found: { file: string; said: string[] }[] = [];
  for (const problem of problems) {
    const [, file = '', rest = problem] = /^(\/.*?\.(?:md|ya?ml)):(\d+.*)$/s.exec(problem) ?? [];
    const same = file === '' ? undefined : found.find((each) => each.file === file);
    if (same === undefined) found.push({ file, said: [rest] });
    else same.said.push(rest);
  }
  return found;
}

/** The rule of a file in the rules folder; null where it is none. */
export function ruleOf(file: string, rules: string): string | null {
  const name = file.startsWith(`${rules}/`) ? file.slice(rules.length + 1) : '';
  return /^[^/]+\.md$/.test(name) ? name.slice(0, -'.md'.length) : null;
}
