import { InferenceSession, Tensor } from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emitOnnx } from '../../../src/compiler/emit/onnx/index.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import { runInPlace, UNRETURNED } from '../../../src/engines/native/run-in-place.ts';

const b = createBuilder();
const x = b.input('x', [3]);
const program = b.finish([
  { name: 'doubled', tensor: b.add(x, x) },
  { name: 'sum', tensor: b.reduce('sum', x, [0]) },
]);

for (const sequenceFirst of [UNRETURNED, undefined]) {
  const how = sequenceFirst === undefined ? 'without' : 'with';
  test(`a model ${how} the output that is not returned writes into the arrays that it is given`, async () => {
    const session = await InferenceSession.create(emitOnnx(program, 'test', sequenceFirst ? { sequenceFirst } : {}));
    const [doubled, sum] = [new Float32Array(3), new Float32Array(1)];
    const outputs = { doubled: new Tensor('float32', doubled, [3]), sum: new Tensor('float32', sum, [1]) };
    for (const scale of [1, 10]) {
      const data = Float32Array.of(scale, 2 * scale, 4 * scale);
      await runInPlace(session, { x: new Tensor('float32', data, [3]) }, outputs);
      assert.equal(
        [...doubled, ...sum],
        [2, 4, 8, 7].map((each) => each * scale),
      );
    }
    await session.release();
  });
}

test('what goes wrong in a run is told', async () => {
  const session = await InferenceSession.create(emitOnnx(program, 'test', { sequenceFirst: UNRETURNED }));
  const outputs = { doubled: new Tensor('float32', new Float32Array(3), [3]) };
  try {
    await runInPlace(session, { x: new Tensor('float32', new Float32Array(2), [2]) }, outputs);
    assert.unreachable('two numbers for three were taken');
  } catch (error) {
    assert.match((error as Error).message, /x/);
    assert.not.match((error as Error).message, /Non tensor/);
  }
  await session.release();
});

test.run();
