import { test } from 'uvu';
import { nativeEngine, nativeWebGpuEngine } from '../../src/engines/native/engine.ts';
import { tfjsWebGpuEngine } from '../../src/engines/tfjs/engine.ts';
import { assertAgreement, smallDdrnet } from './agreement.ts';
import { webgpuIsHere } from './tfjs/webgpu-here.ts';

if (await webgpuIsHere('agreement-webgpu')) {
  for (const engine of [tfjsWebGpuEngine, nativeWebGpuEngine]) {
    test(`native on the CPU and ${engine.name} agree on gradients and on 20 steps`, async () => {
      const { gradient, loss, losses } = await assertAgreement(nativeEngine, engine, smallDdrnet());
      console.log(
        `  native ~ ${engine.name}: gradients ${gradient.toExponential(1)}, losses ${loss.toExponential(1)}; ${losses.map((each) => each.toFixed(3)).join(' ')}`,
      );
    });
  }
}

test.run();
