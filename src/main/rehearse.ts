import { systemClock } from '../base/clock.ts';
import { createDisks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { createExtractor } from '../capture/extract.ts';
import type { Extractor } from '../capture/extraction.ts';
import type { Config } from '../contract/config.ts';
import type { Rehearsal, RehearseOptions } from '../surfaces/daemon.ts';
import type { TriedFile } from './rehearse-file.ts';

/**
 * Lets a rule think about a file as a daemon would, up to its outputs, which are only looked at; by the configuration
 * given, or the one of its home.
 */
export async function rehearseRule(options: RehearseOptions, inForce?: Config): Promise<Rehearsal> {
  const diskOf = createDisks(() => systemClock.monotonic());
  const extractor = createExtractor(diskOf);
  // What is needed next is loaded on this thread while another one starts, and then reads the file.
  extractor.expect(options.path);
  try {
    const [{ configOf, ruleOf }, { triedFile }] = await Promise.all([
      import('./rehearse-rule.ts'),
      import('./rehearse-file.ts'),
    ]);
    const config = inForce ?? (await configOf(options));
    const rule = await ruleOf(options, config);
    const file = await triedFile(options.path, config);
    const [captured, { rehearseOn }] = await Promise.all([
      capturedFrom(file, extractor, options.signal),
      import('./rehearse-on.ts'),
    ]);
    return await rehearseOn({ rule, file, captured, config, diskOf, extractor }, options);
  } finally {
    await extractor.close();
  }
}

async function capturedFrom({ path, root }: TriedFile, extractor: Extractor, signal: AbortSignal) {
  const extraction = await extractor.extract({ path, root, hash: null }, signal);
  if (extraction.kind === 'text') return extraction;
  const why = extraction.kind === 'unreadable' ? extraction.reason : 'is not there any more';
  throw new CodedError('file-unreadable', `${path} ${why}`, { value: path });
}
