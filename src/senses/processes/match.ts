import { Minimatch } from 'minimatch';
import { createGuardedRegex, testAll } from '../../base/guarded-regex.ts';
import { GLOB_OPTIONS } from '../../contract/glob.ts';
import type { ProcessFacts } from '../../contract/process.ts';
import type { ProcessPreset, RuleOnProcess } from '../../contract/rule-on.ts';

/** Which processes a rule is about; what is given must all hold. */
export type ProcessWish = Pick<RuleOnProcess, 'preset' | 'name' | 'command'>;

type Facts = Pick<ProcessFacts, 'identity' | 'names' | 'command'>;

export interface Matcher {
  /** Those that are wanted. A process is asked about once for each program that it runs. */
  among<Each extends Facts>(all: readonly Each[]): Each[];
  /** Forgets those that are not there any more. */
  forgetOthers(all: readonly Facts[]): void;
  /** The regular expression took too long for some command line, which counts as not wanted. */
  isTooSlow(): boolean;
}

/** A wish that names nothing wants none. */
export function createMatcher({ preset, name, command }: ProcessWish): Matcher {
  const tests: ((facts: Facts) => boolean)[] = [];
  if (preset !== undefined) tests.push(PRESETS[preset]);
  if (name !== undefined) tests.push(nameTest(name));
  const regex = command === undefined ? null : createGuardedRegex(command, 'm');
  const asksNothing = tests.length === 0 && regex === null;
  let known = new Map<string, { command: string; wanted: boolean }>();
  let slow = false;

  /** Remembers who is wanted. Whom there was no time to ask about is asked about again. */
  function meet(news: readonly Facts[]): void {
    const named = news.filter((each) => tests.every((test) => test(each)));
    const commands = named.map(({ command }) => command);
    const answers = regex === null ? commands.map(() => true) : testAll(regex, commands);
    slow ||= answers.length < named.length || answers.includes(null);
    const found = new Map<Facts, boolean | null | undefined>(news.map((each) => [each, false]));
    for (const [at, each] of named.entries()) found.set(each, answers[at]);
    for (const [{ identity, command }, wanted] of found)
      if (wanted !== undefined) known.set(identity, { command, wanted: wanted === true });
  }

  return {
    among(all) {
      if (asksNothing) return [];
      meet(all.filter((each) => known.get(each.identity)?.command !== each.command));
      return all.filter((each) => known.get(each.identity)?.wanted === true);
    },
    forgetOthers(all) {
      const there = new Set(all.map(({ identity }) => identity));
      known = new Map([...known].filter(([identity]) => there.has(identity)));
    },
    isTooSlow: () => slow,
  };
}

/** A glob for any of the names, whatever the case. */
export function nameTest(pattern: string): (facts: Pick<ProcessFacts, 'names'>) => boolean {
  const glob = new Minimatch(pattern, { ...GLOB_OPTIONS, nocase: true, dot: true });
  return ({ names }) => names.some((each) => glob.match(each));
}

/**
 * The one process of each server that stands for it; its helpers are its children.
 * LM Studio is `lm-studio` (Linux, from an AppImage or unpacked), `LM Studio` (macOS) or `LM Studio.exe`, its Electron
 * helpers carry `--type=`; without a desktop it is `llmster`. Ollama's server is `ollama serve`: its runners and
 * clients have the same executable.
 */
const PRESETS: Readonly<Record<ProcessPreset, (facts: Facts) => boolean>> = {
  lmstudio: ({ names, command }) =>
    names.some((name) => /^(?:lm[- ]studio|llmster)(?:\.exe)?$/iu.test(name)) && !/\s--type=/u.test(command),
  ollama: ({ command }) => /^"?(?:[^"]*[/\\])?ollama(?:\.exe)?"?\s+serve(?:\s|$)/iu.test(command),
  'llama-server': ({ names }) => names.some((name) => /^llama-server(?:\.exe)?$/iu.test(name)),
};
