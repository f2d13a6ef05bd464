import { WRITES } from '../../src/store/catalogue.ts';

/** Every named place before or after an effect, in the order in which a file meets them. */
export const EFFECT_POINTS = [
  'migration:before',
  'migration:after',
  'batch:perceived',
  'batch:journaled',
  'percepts:perceived',
  'percepts:journaled',
  'text:read',
  'model:asked',
  'model:first-token',
  'model:answered',
  'answer:planned',
  'output:begun',
  'folder:made',
  'temporary:opened',
  'temporary:written',
  'temporary:synced',
  'ledger:before',
  'ledger:known',
  'link:before',
  'link:after',
  'link:alone',
  'rename:before',
  'rename:after',
  'move:copied',
  'move:named',
  'move:aside',
  'move:gone',
  'folder-sync:before',
  'folder-sync:after',
  'output:applied',
  'send:before',
  'send:marked',
  'send:sent',
  'send:settled',
  'undo:begun',
  'undo:known',
  'stop:begun',
  'stop:drained',
] as const;

/** Each operation of the store is met just before and just after the COMMIT that it is part of. */
export const COMMIT_POINTS = Object.keys(WRITES).flatMap((name) => [
  `commit:${name}:before`,
  `commit:${name}:after`,
]);

export const POINTS: readonly string[] = [...EFFECT_POINTS, ...COMMIT_POINTS];
