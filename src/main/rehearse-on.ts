import { systemClock } from '../base/clock.ts';
import type { Disks } from '../base/disk.ts';
import type { Extractor } from '../capture/extraction.ts';
import type { Config } from '../contract/config.ts';
import type { Rule } from '../contract/rule.ts';
import type { Captured } from '../mind/compose.ts';
import type { Rehearsal, RehearseOptions } from '../surfaces/daemon.ts';
import { rehearseEvent } from './rehearse-event.ts';
import { eventOf, type TriedFile, whyNotByItself } from './rehearse-file.ts';

export interface Rehearsed {
  rule: Rule;
  file: TriedFile;
  captured: Captured;
  config: Config;
  diskOf: Disks;
  extractor: Extractor;
}

/** Thinks about what was captured, and looks at what the outputs would do. */
export async function rehearseOn(
  { file, ...about }: Rehearsed,
  options: Pick<RehearseOptions, 'onStep' | 'signal'>,
): Promise<Rehearsal> {
  const { rule, captured, config } = about;
  const event = { at: systemClock.now(), data: eventOf(file) };
  const stays = config.roots.find(({ path }) => path === file.root)?.cloud === 'never';
  const { made, given } = await rehearseEvent(
    {
      ...about,
      event,
      subject: `file:${file.path}`,
      stays: stays ? `${file.root} says cloud: never` : null,
    },
    options,
  );
  const { format, truncated } = captured;
  const view = {
    ...{ path: file.path, rule: { name: rule.name, version: rule.version, file: rule.file } },
    notes: await whyNotByItself(file, rule, config),
    captured: { format, characters: captured.text.length, truncated },
    ...made,
  };
  return { view, given };
}
