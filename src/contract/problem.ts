/** One thing that is wrong with the configuration or a rule, with everything needed to mend it. */
export interface ConfigProblem {
  /** The file, the name of an environment variable, or `the command line`. */
  file: string;
  /** From 1; null where there is no line to point at. */
  line: number | null;
  column: number | null;
  /** Dotted: `lm_studio.timeout`, `outputs.0.write`; empty for the file as a whole. */
  key: string;
  /** As written; secrets masked; undefined where nothing was written. */
  value: unknown;
  message: string;
  /** What would have been allowed, as a phrase. */
  allowed: string | null;
  /** The known key that the unknown one most resembles. */
  nearest: string | null;
  severity: 'error' | 'warning';
}

/** What stands for a secret wherever one would be shown. */
export const MASK = '********';

const VALUE_LIMIT = 160;
const UNSHOWABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** A problem as one to three lines of plain text without control characters. */
export function formatProblem(problem: ConfigProblem): string {
  const { what, details, nearest } = partsOf(problem);
  return [what, details.join('; '), nearest]
    .filter((line) => line !== '')
    .map((line, at) => (at === 0 ? line : `  ${line}`))
    .join('\n');
}

/** The same on one line, for where there is no room for more. */
export function problemLine(problem: ConfigProblem): string {
  const { what, details, nearest } = partsOf(problem);
  return [what, ...details, nearest].filter((part) => part !== '').join('; ');
}

/** What is wrong and where, what was found and is allowed, and what may have been meant; empty where there is nothing. */
function partsOf(problem: ConfigProblem): { what: string; details: string[]; nearest: string } {
  const place = [problem.file, problem.line, problem.line === null ? null : problem.column]
    .filter((part) => part !== null && part !== '')
    .join(':');
  const what = problem.key === '' ? problem.message : `${problem.key}: ${problem.message}`;
  const label = problem.severity === 'warning' ? 'warning: ' : '';
  const details = [
    problem.value === undefined ? '' : `found ${valueText(problem.value)}`,
    problem.allowed === null ? '' : `allowed: ${problem.allowed}`,
  ].filter((text) => text !== '');
  const nearest = problem.nearest === null ? '' : `did you mean ${problem.nearest}?`;
  return {
    what: showable(`${place}: ${label}${what}`),
    details: details.map(showable),
    nearest: showable(nearest),
  };
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > VALUE_LIMIT ? `${text.slice(0, VALUE_LIMIT).toWellFormed()}…` : text;
}

function showable(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSHOWABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
