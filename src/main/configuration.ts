import { replacements } from '../attention/reload.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { loadConfig } from '../config/load.ts';
import { builtinRequestRule, ruleFromStored } from '../config/rule-text.ts';
import { loadRules, ruleContext } from '../config/rules.ts';
import { shownValues } from '../config/shown.ts';
import type { Config, Folders } from '../contract/config.ts';
import type { ConfigView } from '../contract/config-view.ts';
import { type ConfigProblem, problemLine } from '../contract/problem.ts';
import { REQUEST_RULE, type Rule } from '../contract/rule.ts';
import { eventData } from '../store/queries/list-thoughts.ts';
import type { Store } from '../store/store.ts';

export interface ConfigurationOptions {
  folders: Folders;
  env: Readonly<Record<string, string | undefined>>;
  flags: Readonly<Record<string, string>>;
  homedir: string;
  clock: Clock;
  log: Log;
}

/** What is in force: the last good configuration and the last good version of every rule. */
export interface Configuration {
  config(): Config;
  /** The user's rules. */
  rules(): readonly Rule[];
  /** The user's rules and the built-in request rule. */
  allRules(): readonly Rule[];
  /** The values for people, secrets masked, and where each comes from. */
  view(): ConfigView;
  /** What is wrong with the files as they are now; what they replaced stays in force. */
  problems(): readonly ConfigProblem[];
  /** Reads the files again, makes what is good durable, and puts it in force; whether anything changed. */
  reload(store: Store): Promise<{ configChanged: boolean; rulesChanged: boolean }>;
  /** Lets unclaimed thoughts follow the rules in force. */
  settle(store: Store): Promise<void>;
}

/** Starts from a valid configuration and the rule versions that were in force when the daemon stopped. */
export async function createConfiguration(
  first: Config,
  store: Store,
  options: ConfigurationOptions,
): Promise<Configuration> {
  const { folders, env, flags, homedir, clock, log } = options;
  let config = first;
  let sources: ReadonlyMap<string, string> = new Map();
  let configProblems: ConfigProblem[] = [];
  let ruleProblems: ConfigProblem[] = [];
  let rules: Rule[] = (await store.write('rulesInForce', undefined))
    .filter((stored) => stored.name !== REQUEST_RULE)
    .map((stored) => ruleFromStored(stored.text, stored.file));
  let builtin = builtinRequestRule(config.values.default_models);

  /** The rules as their files are now; a file that is broken, or a folder that is away, keeps its last good ones. */
  async function readRules(from: Config): Promise<Rule[]> {
    const loaded = await loadRules(folders, ruleContext(from, homedir));
    const errors = loaded.problems.filter((each) => each.severity === 'error');
    const broken = new Set(errors.map((each) => each.file));
    const names = new Set(loaded.rules.map((rule) => rule.name));
    const kept = rules.filter((rule) => !names.has(rule.name) && (!loaded.listed || broken.has(rule.file)));
    ruleProblems = loaded.problems;
    return [...loaded.rules, ...kept].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  function report(): void {
    for (const problem of [...configProblems, ...ruleProblems]) {
      log.warning('configuration problem', {
        file: problem.file,
        line: problem.line,
        key: problem.key,
        problem: problemLine(problem),
      });
    }
  }

  return {
    config: () => config,
    rules: () => rules,
    allRules: () => [...rules, builtin],
    view: () => ({ values: shownValues(config.values), sources: Object.fromEntries(sources) }),
    problems: () => [...configProblems, ...ruleProblems],
    async reload(toStore) {
      const loaded = await loadConfig({ folders, env, flags, homedir });
      configProblems = loaded.ok ? loaded.warnings : loaded.problems;
      if (loaded.ok) sources = loaded.sources;
      const nextConfig = loaded.ok ? loaded.config : config;
      const nextRules = await readRules(nextConfig);
      const nextBuiltin = builtinRequestRule(nextConfig.values.default_models);
      report();
      // Versions are durable before anybody can make a thought of them.
      const stored = [...nextRules, nextBuiltin].map(({ name, version, file, text }) => ({
        name,
        version,
        file,
        text,
      }));
      await toStore.write('saveRules', { rules: stored, now: clock.now() });
      const configChanged = JSON.stringify(nextConfig.values) !== JSON.stringify(config.values);
      const rulesChanged =
        versionsOf(nextRules) !== versionsOf(rules) || nextBuiltin.version !== builtin.version;
      [config, rules, builtin] = [nextConfig, nextRules, nextBuiltin];
      return { configChanged, rulesChanged };
    },
    async settle(toStore) {
      const unclaimed = await toStore.write('unclaimedThoughts', undefined);
      const changes = replacements(unclaimed, [...rules, builtin], (thought) => eventData(thought.data));
      if (changes.length > 0)
        await toStore.write('replaceThoughts', { replacements: changes, now: clock.now() });
    },
  };
}

function versionsOf(rules: readonly Rule[]): string {
  return rules.map((rule) => `${rule.name} ${rule.version} ${rule.file}`).join('\n');
}
