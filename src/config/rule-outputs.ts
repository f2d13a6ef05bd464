import { fromFs } from '../base/path-text.ts';
import { globBase } from '../contract/glob.ts';
import type { RuleFrontMatter, RuleOutput } from '../contract/rule.ts';
import { ifOf, ON_A_FILE, OUTPUT_KIND_NAMES, OWN_FILE } from '../contract/rule-output.ts';
import type { TemplatePurpose } from '../contract/template.ts';
import type { JsonSchema } from './json-schema.ts';
import { isMap, type KeyPath, listAt, valueAt } from './key-path.ts';
import { nearest } from './nearest.ts';
import type { OnPaths } from './rule-on.ts';
import { resolveOutputPath } from './rule-paths.ts';
import { checkTemplate, type Reading, take } from './rule-reading.ts';
import { isWithin } from './user-path.ts';

/** Keys of an output that are Liquid text, besides the kind's own. */
const TEXTS = ['body', 'beneath', 'under', 'tags', 'title', 'notify'] as const;

/** The resolved path of each output, in order; empty where it has none, or is wrong. */
export function readOutputs(
  reading: Reading,
  answer: JsonSchema | null | undefined,
  paths: OnPaths,
): string[] {
  const resolved = listAt(reading.source.value, ['outputs']).map((output, index) => {
    readTexts(reading, index, output, answer);
    readDestination(reading, index, output);
    return readPath(reading, index, output, answer, paths);
  });
  refuseSameWrites(reading, resolved);
  refuseAfterMove(reading);
  return resolved;
}

/** A rule's outputs as the rest of the program knows them. */
export function outputsOf(outputs: RuleFrontMatter['outputs'], paths: readonly string[]): RuleOutput[] {
  return outputs.flatMap((output, index): RuleOutput[] => {
    const kind = OUTPUT_KIND_NAMES.find((each) => output[each] !== undefined);
    if (kind === undefined) return [];
    const { body = '', set, beneath, under, each, tags, approve } = output;
    return [
      {
        kind,
        path: paths[index] ?? '',
        body,
        ...(set === undefined ? {} : { set }),
        ...(beneath === undefined ? {} : { beneath }),
        ...(under === undefined ? {} : { under }),
        ...(each === undefined ? {} : { each }),
        ...(tags === undefined ? {} : { tags }),
        ...(output.notify === undefined ? {} : { title: output.notify }),
        ...(output.webhook === undefined ? {} : { to: output.webhook }),
        ...(output.command === undefined ? {} : { argv: output.command }),
        ...(approve === undefined ? {} : { approve: approve === true || conditionOf(approve) }),
      },
    ];
  });
}

/** Names that templates of this rule cannot use, because of what wakes it. */
export function absentNames(front: unknown): Record<string, string> {
  const on = valueAt(front, ['on']);
  if (!isMap(on)) return {};
  const [trigger, ...others] = Object.keys(on);
  if (trigger === undefined || others.length > 0) return {};
  return {
    ...(trigger === 'file' ? {} : { file: `a rule on ${TRIGGER_WORDS[trigger] ?? trigger} has no file` }),
    ...(trigger === 'request'
      ? {}
      : { request: `a rule on ${TRIGGER_WORDS[trigger] ?? trigger} has no request` }),
  };
}

const TRIGGER_WORDS: Record<string, string> = {
  file: 'files',
  request: 'requests',
  log: 'a log',
  process: 'processes',
  schedule: 'a schedule',
  daemon: 'the daemon',
};

function readTexts(
  reading: Reading,
  index: number,
  output: unknown,
  answer: JsonSchema | null | undefined,
): void {
  const item = readEach(reading, index, output, answer);
  const base = { absent: absentHere(reading, output), answer, item };
  const check = (key: KeyPath, source: unknown, purpose: TemplatePurpose = 'text') => {
    if (typeof source === 'string' && source !== '')
      checkTemplate(reading, ['outputs', index, ...key], { ...base, source, purpose });
  };
  const isJson = valueAt(output, ['webhook']) !== undefined;
  for (const key of TEXTS) check([key], valueAt(output, [key]), key === 'body' && isJson ? 'json' : 'text');
  const set = valueAt(output, ['set']);
  if (isMap(set)) for (const key of Object.keys(set)) check(['set', key], set[key]);
  const approve = valueAt(output, ['approve']);
  if (typeof approve === 'string' && /^when\s/.test(approve)) check(['approve'], ifOf(conditionOf(approve)));
}

/** The schema of what a list of the answer holds; undefined where it is not known, or there is no such list. */
function readEach(
  { source, report }: Reading,
  index: number,
  output: unknown,
  answer: JsonSchema | null | undefined,
): JsonSchema | undefined {
  const name = valueAt(output, ['each']);
  if (typeof name !== 'string' || answer === undefined) return undefined;
  const properties = valueAt(answer, ['properties']);
  const list = valueAt(properties, [name]);
  if (isMap(list) && (list['type'] === undefined || [list['type']].flat().includes('array')))
    return isMap(list['items']) ? list['items'] : undefined;
  const names = isMap(properties) ? Object.keys(properties) : [];
  const open = answer !== null && valueAt(answer, ['additionalProperties']) !== false;
  if (open && list === undefined) return undefined;
  report.at(source, ['outputs', index, 'each'], name, {
    message: answer === null ? 'the answer is free text' : `the answer has no list ${name}`,
    allowed: 'the name of a list in mind.answer',
    nearest: nearest(name, names),
  });
  return undefined;
}

function absentHere({ source }: Reading, output: unknown): Record<string, string> {
  const item = valueAt(output, ['each']) === undefined ? { item: 'item is there with `each` only' } : {};
  return { ...absentNames(source.value), ...item };
}

/** What stands after `when`. */
function conditionOf(approve: string): string {
  return approve.replace(/^when\s+/, '').trim();
}

/** Where it is sent, or what is run: only what the configuration declares or allows. */
function readDestination(
  { source, report, webhooks, commands }: Reading,
  index: number,
  output: unknown,
): void {
  const to = valueAt(output, ['webhook']);
  if (typeof to === 'string' && !webhooks.includes(to)) {
    report.at(source, ['outputs', index, 'webhook'], to, {
      message: 'no such webhook in config.yaml',
      allowed: webhooks.join(', ') || 'nothing: webhooks is empty',
      nearest: nearest(to, webhooks),
    });
  }
  const argv = valueAt(output, ['command']);
  if (argv !== undefined && commands === 'never') {
    report.at(source, ['outputs', index, 'command'], argv, {
      message: 'commands are not allowed',
      allowed: '`commands: allow` in config.yaml allows them',
    });
  }
  listAt(output, ['command']).forEach((argument, at) => {
    const wrong = typeof argument === 'string' ? argumentProblem(argument) : null;
    if (wrong !== null) report.at(source, ['outputs', index, 'command', at], argument, wrong);
  });
}

/** What a person may take an argument for that it is not: nothing reads it before the program does. */
function argumentProblem(argument: string): { message: string; allowed: string } | null {
  if (/\{\{|\{%/.test(argument))
    return {
      message: 'a template in an argument',
      allowed: 'arguments as they are; the answer is on the standard input, as JSON',
    };
  if (argument.includes('\0')) return { message: 'a NUL character', allowed: 'any other' };
  return /^~(\/|$)/.test(argument)
    ? { message: 'no shell reads it, so ~ stands for nothing', allowed: 'the whole path' }
    : null;
}

function readPath(
  reading: Reading,
  index: number,
  output: unknown,
  answer: JsonSchema | null | undefined,
  paths: OnPaths,
): string {
  const { source, report, outputRoots, homedir } = reading;
  const kind = ON_A_FILE.find((each) => typeof valueAt(output, [each]) === 'string');
  const text = kind === undefined ? undefined : valueAt(output, [kind]);
  if (kind === undefined || typeof text !== 'string' || text === '') return '';
  const key: KeyPath = ['outputs', index, kind];
  const onFile = valueAt(source.value, ['on', 'file']) !== undefined;
  const refuse = (message: string, allowed: string) => {
    report.at(source, key, text, { message, allowed });
    return '';
  };
  if ((kind === 'move' || kind === 'rename') && !onFile)
    return refuse(`${kind} in a rule that is not about files`, 'on: { file: … }');
  const own = OWN_FILE.test(text.trim());
  if (own && (kind === 'write' || kind === 'move' || kind === 'rename'))
    return refuse(`${kind} onto the file that it is about`, 'another path');
  const asPath = kind === 'rename' ? `/${text.trim()}` : text.trim();
  if (!own) {
    const base = { absent: absentHere(reading, output), answer };
    checkTemplate(reading, key, { ...base, source: asPath, purpose: 'path' });
  }
  if (own || kind === 'rename') {
    const outside = onFile ? paths.file.find((glob) => !isIn(globBase(glob), outputRoots)) : undefined;
    const declared = outputRoots.join(', ') || 'nothing';
    if (!onFile && own)
      return refuse('a rule that is not about files has no event.path to write to', 'a path');
    if (outside !== undefined)
      return refuse(
        `${outside} is outside every output root`,
        `paths in: ${declared}; or declare ${globBase(outside)} in output_roots`,
      );
    if (kind === 'rename' && text.includes('/')) return refuse('a path', 'a name; `move` takes paths');
    return text.trim();
  }
  const isFolder = kind === 'move' && asPath.endsWith('/');
  const whole = isFolder ? `${asPath}name` : asPath;
  const found = take(resolveOutputPath(whole, outputRoots, homedir), reading, key, text) ?? '';
  return isFolder ? found.replace(/name$/, '') : found;
}

function isIn(folder: string, roots: readonly string[]): boolean {
  return roots.some((root) => isWithin(fromFs(folder), root));
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

/** Outputs are applied in their order: what has been moved is not there any more for those behind. */
function refuseAfterMove({ source, report }: Reading): void {
  // A rule about nothing else has no file to move, which is said already.
  if (valueAt(source.value, ['on', 'file']) === undefined) return;
  let moved: number | undefined;
  listAt(source.value, ['outputs']).forEach((output, index) => {
    const kind = ON_A_FILE.find((each) => typeof valueAt(output, [each]) === 'string');
    const text = kind === undefined ? undefined : valueAt(output, [kind]);
    if (kind === undefined || typeof text !== 'string') return;
    const isMove = kind === 'move' || kind === 'rename';
    if (moved !== undefined && (isMove || OWN_FILE.test(text.trim())))
      report.at(source, ['outputs', index, kind], text, {
        message: `outputs.${moved} has moved the file by then`,
        allowed: isMove ? 'one move' : 'any place before it',
      });
    if (isMove) moved ??= index;
  });
}
