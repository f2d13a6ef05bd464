import { simulation } from '../simulation/suite.ts';
import { controls } from './controls.ts';
import { killPoints, randomKills } from './kills.ts';
import { pauses } from './pauses.ts';
import { testSlices } from './slice.ts';

testSlices([simulation, killPoints, randomKills, pauses, controls]);
