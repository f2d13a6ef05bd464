import { resolve } from 'node:path';
import { CodedError, EXIT } from '../../../base/errors.ts';
import { fromFs } from '../../../base/path-text.ts';
import type { ComparedResult, ComparedSubject } from '../../../contract/compare.ts';
import type { CompareOptions } from '../../daemon.ts';
import { answerText } from '../answer.ts';
import { type Command, type Context, textOption } from '../command.ts';
import { givenPath } from '../given-path.ts';
import { printLines } from '../lines.ts';
import { namedRule } from '../named-rule.ts';
import { span } from '../phrases.ts';
import { printTable } from '../table.ts';

/** Past events that are compared where nothing else is said. */
const LAST = 3;

export const command: Command = {
  name: 'compare',
  arguments: [
    {
      name: 'what',
      summary: 'name or path of a rule, or a text to be answered',
      required: false,
      many: false,
    },
    { name: 'file', summary: 'files that the rule is to think about', required: false, many: true },
  ],
  options: [
    { flags: '--models <a,b>', summary: 'provider/model, two or more, with commas between them' },
    {
      flags: '--last <number>',
      summary: `of a rule without files: so many of its past events (default ${LAST})`,
    },
    { flags: '--thought <id>', summary: 'what this thought was about' },
    { flags: '--cloud', summary: 'also models elsewhere: what is sent to them leaves this machine' },
  ],
  examples: [
    {
      line: 'consciousness compare "Why is the sky blue?" --models lmstudio/qwen3-4b,lmstudio/qwen3-8b',
      does: 'Answers side by side, with seconds, tokens, speed and cost.',
    },
    {
      line: 'consciousness compare inbox ~/Inbox/letter.pdf --models lmstudio/qwen3-4b,builtin/extract',
      does: 'What each makes of a file, and whether it satisfies the schema of the rule.',
    },
    {
      line: 'consciousness compare inbox --last 5 --models ollama/llama3.2,ollama/qwen3',
      does: 'The same of past events.',
    },
  ],
  exitCodes: { 0: 'every model answered', 1: 'at least one did not, or there is no such rule or file' },
  json: 'CompareView (nothing is cut)',
  async run(context, [what, ...files], options) {
    const models = (textOption(options, 'models') ?? '').split(',').map((each) => each.trim());
    if (models.length === 0 || models.some((each) => each === '')) {
      throw new CodedError('models-missing', 'which models are to be compared', {
        value: textOption(options, 'models') ?? '',
        allowed: '--models with provider/model, and commas between them',
        next: context.line('providers'),
        exitCode: EXIT.usage,
      });
    }
    const view = await context.compare({
      ...(context.home === null ? {} : { home: context.home }),
      about: await aboutWhat(context, what, files, options),
      models,
      cloud: options['cloud'] === true,
      onStep(step) {
        if (step.kind === 'asked' && !context.json)
          context.err.line(['dim', `thinking with ${step.provider}/${step.model} …`]);
      },
      signal: context.signal,
    });
    if (context.json) context.out.json(view);
    else for (const subject of view.subjects) print(context, subject);
    const isWhole = view.subjects.every(({ results }) => results.every(({ state }) => state === 'answered'));
    return isWhole ? EXIT.ok : EXIT.failed;
  },
};

async function aboutWhat(
  context: Context,
  what: string | undefined,
  files: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<CompareOptions['about']> {
  const { thought, last } = options;
  if (typeof thought === 'string') return { thought };
  if (what === undefined || what.trim() === '') {
    throw new CodedError('nothing-to-compare', 'what is to be thought about', {
      value: what ?? '',
      allowed: 'a rule, with or without files; a text; or --thought ID',
      exitCode: EXIT.usage,
    });
  }
  const isRule = files.length > 0 || last !== undefined || (await isRuleName(context, what));
  if (!isRule) return { text: what };
  const rule = namedRule(what, context.cwd);
  if (files.length === 0) return { rule, last: numberOf(last) };
  const paths: string[] = [];
  for (const file of files) paths.push(...(await givenPath(file, context.cwd)).slice(0, 1));
  return { rule, paths: paths.length > 0 ? paths : files.map((file) => fromFs(resolve(context.cwd, file))) };
}

/** One word that is the name of a rule file; anything else is a text. */
async function isRuleName({ folders }: Context, what: string): Promise<boolean> {
  if (/\.md$/i.test(what) && !/\s/.test(what)) return true;
  if (!/^[a-z0-9][a-z0-9_.-]{0,99}$/i.test(what)) return false;
  const { access } = await import('node:fs/promises');
  return access(`${(await folders()).rules}/${what}.md`).then(
    () => true,
    () => false,
  );
}

function numberOf(last: unknown): number {
  if (last === undefined) return LAST;
  const number = Number(last);
  if (Number.isInteger(number) && number >= 1 && number <= 100) return number;
  throw new CodedError('number-wrong', 'how many past events', {
    value: last,
    allowed: 'a whole number from 1 to 100',
    exitCode: EXIT.usage,
  });
}

/** Characters of each answer that are shown; `--json` has all. */
const SHOWN = 1200;

function print({ out }: Context, { subject, results }: ComparedSubject): void {
  out.line(['bold', subject.length > 200 ? `${subject.slice(0, 199)}…` : subject]);
  printTable(
    out,
    [
      { title: 'MODEL', flexible: true },
      { title: 'STATE' },
      { title: 'SCHEMA' },
      { title: 'FIRST TOKEN', align: 'right' },
      { title: 'IN ALL', align: 'right' },
      { title: 'TOKENS', align: 'right' },
      { title: 'TOKENS/S', align: 'right' },
      { title: 'COST', align: 'right' },
    ],
    results.map((result) => [
      ['bold', result.model],
      [result.state === 'answered' ? 'green' : 'red', result.state],
      result.valid === null ? '-' : result.valid ? 'valid' : ['red', 'broken'],
      result.firstTokenMs === null ? '-' : span(result.firstTokenMs),
      result.totalMs === null ? '-' : span(result.totalMs),
      tokensOf(result),
      result.tokensPerSecond === null ? '-' : String(result.tokensPerSecond),
      result.cost === null ? '-' : result.cost.toFixed(4),
    ]),
  );
  for (const { model, answer, reason } of results) {
    out.line();
    out.line(['bold', model]);
    if (answer !== null) printLines(out, answerText(answer), SHOWN);
    if (reason !== '') out.line('  ', ['yellow', reason]);
  }
  out.line();
}

function tokensOf({ usage: { inputTokens, outputTokens } }: ComparedResult): string {
  return inputTokens === null && outputTokens === null
    ? '-'
    : `${inputTokens ?? '?'} + ${outputTokens ?? '?'}`;
}
