import { escapes } from './escape-suite.ts';
import { testSlices } from './slice.ts';

testSlices([escapes]);
