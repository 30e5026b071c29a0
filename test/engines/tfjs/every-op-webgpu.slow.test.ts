import { test } from 'uvu';
import { webgpu } from '../../../src/engines/tfjs/webgpu.ts';
import { testEveryOp } from './every-op.ts';
import { webgpuIsHere } from './webgpu-here.ts';

if (await webgpuIsHere('every-op-webgpu')) testEveryOp(() => webgpu.load(), 1e-3);

test.run();
