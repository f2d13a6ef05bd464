import { CodedError } from '../base/errors.ts';
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

/** What writes nothing, for those who ask the daemon: loaded when it is asked for the first time. */
export function createTrying(
  home: string | undefined,
  config: () => Config,
  rules: () => readonly Rule[],
): Trying {
  const own = home === undefined ? {} : { home };
  const onStep = () => undefined;
  return {
    async tryRule({ rule, confined = false, ...request }, signal) {
      if (confined) assertConfined([request.path], request.cloud, config());
      const { rehearseRule } = await import('./rehearse.ts');
      const asked = { ...request, ...own, rule: { name: rule }, onStep, signal };
      return (await rehearseRule(asked, config())).view;
    },
    async tryRuleText(request, signal) {
      const { rehearseText } = await import('./rehearse-text.ts');
      return rehearseText(request, { config: config(), rules: rules() }, signal);
    },
    async compare({ about, confined = false, ...request }, signal) {
      if (confined) assertConfined('paths' in about ? about.paths : [], request.cloud, config());
      const { compareModels } = await import('./compare.ts');
      const named = 'rule' in about ? { ...about, rule: { name: about.rule } } : about;
      return compareModels({ ...request, ...own, about: named, onStep, signal }, config());
    },
  };
}

/** A program with a token may have its person's files read where the daemon reads them anyway, and sent nowhere else. */
function assertConfined(paths: readonly string[], cloud: boolean | undefined, { roots }: Config): void {
  const outside = paths.find(
    (path) =>
      path.split('/').includes('..') ||
      !roots.some((root) => path.startsWith(root.path === '/' ? '/' : `${root.path}/`)),
  );
  if (outside !== undefined) {
    throw new CodedError('file-denied', 'through the port only files in watched folders are read', {
      value: outside,
      allowed: roots.map((root) => root.path).join(', ') || 'no folder is watched',
      next: 'use the command line, or the socket',
    });
  }
  if (cloud === true) {
    throw new CodedError('cloud-denied', 'through the port nobody decides that a text leaves this machine', {
      value: 'cloud: true',
      next: 'use the command line, or the socket',
    });
  }
}
