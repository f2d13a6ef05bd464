import type { CompareView } from '../contract/compare.ts';
import type { Config } from '../contract/config.ts';
import type { TryView } from '../contract/try.ts';
import type { CompareRequest, TryRequest } from '../surfaces/requests.ts';

export interface Trying {
  tryRule(request: TryRequest, signal: AbortSignal): Promise<TryView>;
  compare(request: CompareRequest, signal: AbortSignal): Promise<CompareView>;
}

/** What writes nothing, for those who ask the daemon: loaded when it is asked for the first time. */
export function createTrying(home: string | undefined, config: () => Config): Trying {
  const own = home === undefined ? {} : { home };
  const onStep = () => undefined;
  return {
    async tryRule({ rule, ...request }, signal) {
      const { rehearseRule } = await import('./rehearse.ts');
      const asked = { ...request, ...own, rule: { name: rule }, onStep, signal };
      return (await rehearseRule(asked, config())).view;
    },
    async compare({ about, ...request }, signal) {
      const { compareModels } = await import('./compare.ts');
      const named = 'rule' in about ? { ...about, rule: { name: about.rule } } : about;
      return compareModels({ ...request, ...own, about: named, onStep, signal }, config());
    },
  };
}
