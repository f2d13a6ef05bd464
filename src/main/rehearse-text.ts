import { homedir } from 'node:os';
import { systemClock } from '../base/clock.ts';
import { createDisks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { createExtractor } from '../capture/extract.ts';
import { whyUnwanted } from '../capture/unwanted.ts';
import { checkDraft } from '../config/rule-draft.ts';
import { ruleContext } from '../config/rules.ts';
import type { Config } from '../contract/config.ts';
import { matchesRule } from '../contract/glob.ts';
import { problemLine } from '../contract/problem.ts';
import type { Rule } from '../contract/rule.ts';
import type { RuleTryView } from '../contract/rule-text.ts';
import { senseOf, wokenBy } from '../contract/woken-by.ts';
import type { TryTextRequest } from '../surfaces/requests.ts';
import { forgotten, type Past, pastOf, pastThought } from './past-thought.ts';
import { rehearseEvent } from './rehearse-event.ts';
import { whyItStays } from './stays-here.ts';

/** What is in force. */
interface InForce {
  config: Config;
  rules: readonly Rule[];
}

/**
 * Lets the text of a rule that is not saved yet think about what a past thought was about, as it was captured then, up
 * to the outputs, which are only looked at. What does not leave this machine for a daemon does not for a try.
 */
export async function rehearseText(
  { name, text, thought, model, ...request }: TryTextRequest,
  { config, rules }: InForce,
  signal: AbortSignal,
): Promise<RuleTryView> {
  const draft = await checkDraft({ name, text }, config.folders, ruleContext(config, homedir()));
  if (draft.rule === null)
    throw new CodedError('rule-invalid', draft.problems.map(problemLine).join('\n'), { value: name });
  const view = await pastThought(thought, config);
  const past = await pastOf(view, config);
  if (past === null) throw forgotten(view);
  const rule = asWoken(draft.rule, past);
  const tried = model === undefined ? rule : { ...rule, mind: { ...rule.mind, models: [model] } };
  const others = rules.filter((each) => each.name !== name);
  const diskOf = createDisks(() => systemClock.monotonic());
  const extractor = createExtractor(diskOf);
  try {
    const { event, captured } = past;
    const { subject } = view.context;
    const stays = whyItStays(event.data, config.roots, [...others, tried]);
    const { made } = await rehearseEvent(
      { rule: tried, event, captured, subject, stays, config, diskOf, extractor },
      { ...request, onStep: () => undefined, signal },
    );
    return {
      ...{ thought: view.id, subject: event.data.path ?? subject },
      rule: { name, version: rule.version, file: draft.file },
      notes: notesOn(rule, past),
      captured:
        captured === null
          ? null
          : {
              format: captured.format,
              characters: captured.text.length,
              truncated: captured.truncated,
            },
      ...made,
    };
  } finally {
    await extractor.close();
  }
}

/** The rule, where such an event could wake it: its words would be about nothing otherwise. */
function asWoken(rule: Rule, { view }: Past): Rule {
  const { sense } = view.context;
  if (sense === senseOf(rule.on)) return rule;
  throw new CodedError(
    'rule-not-on-event',
    `${rule.name} is woken by ${wokenBy(rule.on)}; the thought ${view.id} was woken by ${sense}`,
    { value: view.id, allowed: `a thought that on.${Object.keys(rule.on).join(', on.')} could wake` },
  );
}

/** Why a daemon would not think about it by itself. */
function notesOn(rule: Rule, { event, captured }: Past): string[] {
  const { path } = event.data;
  const { file } = rule.on;
  const notes: string[] = [];
  if (path !== undefined && file !== undefined && !matchesRule(rule, path))
    notes.push(`the paths of ${rule.name} do not match it: ${file.paths.join(', ')}`);
  const unwanted = captured === null ? null : whyUnwanted(rule, captured.text);
  if (unwanted !== null) notes.push(unwanted);
  if (rule.mind.tools?.some((tool) => tool.includes('/')) === true)
    notes.push('tools of MCP servers are not offered in a try');
  return notes;
}
