import { test } from 'uvu';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { tfjsCpuEngine } from '../../src/engines/tfjs/engine.ts';
import { assertAgreement, fusedLevels, sharedTokens, smallDdrnet } from './agreement.ts';

for (const [name, graph] of [
  ['a small DDRNet', smallDdrnet],
  ['shared weights and learned tensors', sharedTokens],
  ['blocks that take lists of tensors', fusedLevels],
] as const) {
  test(`native and the generated code on the cpu backend agree on gradients and on 20 steps: ${name}`, async () => {
    const { gradient, loss, losses } = await assertAgreement(nativeEngine, tfjsCpuEngine, graph());
    console.log(
      `  native ~ tfjs-cpu: gradients ${gradient.toExponential(1)}, losses ${loss.toExponential(1)}; ${losses.map((each) => each.toFixed(3)).join(' ')}`,
    );
  });
}

test.run();
