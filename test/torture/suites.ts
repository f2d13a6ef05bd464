import { defences } from '../security/defence-suite.ts';
import { simulation } from '../simulation/suite.ts';
import { controls } from './controls.ts';
import { escapes } from './escape-suite.ts';
import { killPoints, randomKills } from './kills.ts';
import { modelFaults } from './model-suite.ts';
import { pauses } from './pauses.ts';
import { powerCuts } from './power-cut-suite.ts';
import { storms } from './storm-suite.ts';
import type { Suite } from './suite.ts';

/** Every kind of torture there is, in the order of the table. */
export const SUITES: readonly Suite[] = [
  simulation,
  killPoints,
  randomKills,
  pauses,
  storms,
  modelFaults,
  powerCuts,
  escapes,
  controls,
  defences,
];
