import { powerCuts } from './power-cut-suite.ts';
import { testSlices } from './slice.ts';

testSlices([powerCuts]);
