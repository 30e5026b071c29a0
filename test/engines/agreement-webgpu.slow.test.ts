import { test } from 'uvu';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { tfjsWebGpuEngine } from '../../src/engines/tfjs/engine.ts';
import { assertAgreement, smallDdrnet } from './agreement.ts';
import { webgpuIsHere } from './tfjs/webgpu-here.ts';

if (await webgpuIsHere('agreement-webgpu')) {
  test('native and the generated code on WebGPU agree on gradients and on 20 steps', async () => {
    const { gradient, loss, losses } = await assertAgreement(nativeEngine, tfjsWebGpuEngine, smallDdrnet());
    console.log(
      `  native ~ tfjs-webgpu: gradients ${gradient.toExponential(1)}, losses ${loss.toExponential(1)}; ${losses.map((each) => each.toFixed(3)).join(' ')}`,
    );
  });
}

test.run();
