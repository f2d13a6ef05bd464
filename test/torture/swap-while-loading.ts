import { registerHooks } from 'node:module';
import { type Swap, swapped } from './swaps.ts';

/** From now on, modules of this thread are loaded with these changes made. */
export function swapWhileLoading(swaps: readonly Swap[]): void {
  if (swaps.length === 0) return;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mine = swaps.filter(({ file }) => url.endsWith(`/${file}`));
      if (mine.length === 0 || loaded.source === undefined || loaded.source === null) return loaded;
      const before =
        typeof loaded.source === 'string'
          ? loaded.source
          : Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: mine.reduce(swapped, before) };
    },
  });
}
