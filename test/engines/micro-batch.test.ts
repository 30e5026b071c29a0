import { test } from 'uvu';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { tfjsCpuEngine } from '../../src/engines/tfjs/engine.ts';
import { testMicroBatches } from './micro-batches.ts';

for (const engine of [nativeEngine, tfjsCpuEngine]) testMicroBatches(engine);

test.run();
