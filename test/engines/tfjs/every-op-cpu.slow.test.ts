import { test } from 'uvu';
import { cpu } from '../../../src/engines/tfjs/cpu.ts';
import { testEveryOp } from './every-op.ts';

testEveryOp(() => cpu.load(), 2e-5);

test.run();
