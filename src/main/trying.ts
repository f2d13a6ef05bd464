import { CodedError, EXIT } from '../base/errors.ts';
import type { CompareView } from '../contract/compare.ts';
import type { Config } from '../contract/config.ts';
import type { Rule } from '../contract/rule.ts';
import type { RuleTryView } from '../contract/rule-text.ts';
import type { TryView } from '../contract/try.ts';
import type { CompareRequest, TryRequest, TryTextRequest } from '../surfaces/requests.ts';

export interface Trying {
  tryRule(request: TryRequest, signal: AbortSignal): Promise<TryView>;
  tryRuleText(request: TryTextRequest, signal: AbortSignal): Promise<RuleTryView>;
  compare(request: CompareRequest, signal: AbortSignal): Promise<CompareView>;
}

/**
 * What writes nothing, for those who ask the daemon: loaded when it is asked for the first time. Of files it reads
 * watched ones alone: whoever has a token could read every file of the account by it.
 */
export function createTrying(config: () => Config, rules: () => readonly Rule[]): Trying {
  const own = () => {
    const { home } = config().folders;
    return home === null ? {} : { home };
  };
  const onStep = () => undefined;
  return {
    async tryRule({ rule, confined = false, ...request }, signal) {
      assertWatched([request.path], config());
      assertStays({ ...request, confined });
      const { rehearseRule } = await import('./rehearse.ts');
      const asked = { ...request, ...own(), rule: { name: rule }, onStep, signal };
      return (await rehearseRule(asked, config())).view;
    },
    async tryRuleText(request, signal) {
      const { rehearseText } = await import('./rehearse-text.ts');
      return rehearseText(request, { config: config(), rules: rules() }, signal);
    },
    async compare({ about, confined = false, ...request }, signal) {
      if ('paths' in about) assertWatched(about.paths, config());
      assertStays({ ...request, confined });
      const { compareModels } = await import('./compare.ts');
      const named = 'rule' in about ? { ...about, rule: { name: about.rule } } : about;
      return compareModels({ ...request, ...own(), about: named, onStep, signal }, config());
    },
  };
}

/** By the text alone; that it really is there is looked at when it is opened. Throws `file-denied`. */
function assertWatched(paths: readonly string[], { roots }: Config): void {
  const other = paths.find(
    (each) => !roots.some(({ path }) => each.startsWith(path === '/' ? '/' : `${path}/`)),
  );
  if (other === undefined) return;
  throw new CodedError('file-denied', `${other} is in no watched folder`, {
    value: other,
    allowed: roots.map(({ path }) => path).join(', ') || 'none: no folder is watched',
    next: 'on the command line, `consciousness try` takes any file',
    exitCode: EXIT.failed,
  });
}

/** That a text leaves this machine is for a person to say, not for a program that they let in. */
function assertStays({ cloud, confined }: { cloud?: boolean; confined?: boolean }): void {
  if (confined !== true || cloud !== true) return;
  throw new CodedError(
    'cloud-denied',
    'a program with a token does not decide that a text leaves this machine',
    {
      value: 'cloud: true',
      next: 'use the dashboard, or the command line',
      exitCode: EXIT.failed,
    },
  );
}
