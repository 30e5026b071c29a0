import { test } from 'uvu';
import { nativeWebGpuEngine } from '../../src/engines/native/engine.ts';
import { testMicroBatches } from './micro-batches.ts';
import { webgpuIsHere } from './tfjs/webgpu-here.ts';

if (await webgpuIsHere('micro-batch-webgpu')) testMicroBatches(nativeWebGpuEngine);

test.run();
