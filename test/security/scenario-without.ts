// Loaded by `--import` before a test file, in its process, in each process that it starts and in each of their threads:
// takes a defence out of the source. Which, stands in the environment.
import { swapWhileLoading } from '../torture/swap-while-loading.ts';

swapWhileLoading(JSON.parse(process.env['CONSCIOUSNESS_WITHOUT'] ?? '[]'));
