import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emitOnnx } from '../../../../src/compiler/emit/onnx/index.ts';
import { createBuilder } from '../../../../src/compiler/program/build.ts';
import type { Builder, Tensor } from '../../../../src/compiler/program/builder.ts';
import type { Kernel } from '../../../../src/compiler/program/program.ts';
import { everyKernel } from '../../program/every-kernel.ts';

function modelOf(build: (b: Builder) => Tensor[]): Uint8Array {
  const b = createBuilder();
  return emitOnnx(b.finish(build(b).map((tensor, index) => ({ name: `result ${index}`, tensor }))), 'test');
}

const kernels = Object.keys(everyKernel) as Kernel[];

test('a model reads back as it was written, byte for byte', () => {
  for (const kernel of kernels) {
    const bytes = modelOf(everyKernel[kernel]);
    assert.equal(toBinary(ModelProtoSchema, fromBinary(ModelProtoSchema, bytes)), bytes, kernel);
    assert.equal(modelOf(everyKernel[kernel]), bytes, `${kernel}, again`);
  }
});

test('opset 18, IR version 8, readable names', () => {
  const bytes = modelOf((b) => {
    const x = b.input('image', [1, 4]);
    b.origin('head/dense');
    const scores = b.matmul(x, b.constant(Float32Array.of(1, 2, 3, 4), [4, 1]));
    return [b.unary('exp', b.unary('exp', b.unary('exp', scores))), x];
  });
  const { graph, irVersion, opsetImport } = fromBinary(ModelProtoSchema, bytes);
  assert.is(irVersion, 8n);
  assert.equal(
    opsetImport.map(({ domain, version }) => [domain, version]),
    [['', 18n]],
  );
  assert.equal(
    graph!.input.map(({ name }) => name),
    ['image'],
  );
  assert.equal(
    graph!.initializer.map(({ name }) => name),
    ['head/dense/constant'],
  );
  assert.equal(
    graph!.node.map(({ opType, output }) => `${opType} ${output}`),
    ['MatMul head/dense/matmul', 'Exp head/dense/exp', 'Exp head/dense/exp#2', 'Exp result 0', 'Identity result 1'],
  );
});

test('one initializer for equal axes, shapes and pads', () => {
  const bytes = modelOf((b) => {
    const x = b.input('x', [4, 4]);
    return [b.reduce('sum', x, [1]), b.reduce('max', x, [1])];
  });
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  assert.equal(
    graph!.initializer.map(({ name }) => name),
    ['int64[1]'],
  );
});

/** Checks each model, then infers its output shapes anew and compares them with those stated. */
const checkerScript = `
import onnx, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    stated = {o.name: [d.dim_value for d in o.type.tensor_type.shape.dim] for o in model.graph.output}
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    for output in inferred.graph.output:
        shape = [d.dim_value for d in output.type.tensor_type.shape.dim]
        assert shape == stated[output.name], (path.stem, output.name, stated[output.name], shape)
    print(path.stem)
`;

test('the official checker accepts every kernel', () => {
  const python = '/usr/bin/python3';
  const asked = spawnSync(python, ['-c', 'import onnx; print(onnx.defs.onnx_opset_version())'], { encoding: 'utf8' });
  if (asked.status !== 0) {
    assert.is.not(process.env.SPECC_REQUIRE_ONNX, '1', `${python} has no module onnx`);
    console.log(`SKIPPED: ${python} has no module onnx (Debian: apt-get install python3-onnx)`);
    return;
  }
  const old = Number(asked.stdout) < 18;
  if (old)
    console.log('SKIPPED: reductions max and min: this checker knows opset 17 only, where they had another form');
  const folder = mkdtempSync(join(tmpdir(), 'specc-onnx-'));
  try {
    for (const kernel of kernels) {
      const model = modelOf(kernel === 'reduce' && old ? sumsAndMeans : everyKernel[kernel]);
      writeFileSync(join(folder, `${kernel}.onnx`), model);
    }
    const checked = execFileSync(python, ['-c', checkerScript, folder], { encoding: 'utf8', stdio: 'pipe' });
    assert.equal(checked.trim().split('\n'), [...kernels].sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function sumsAndMeans(b: Builder): Tensor[] {
  const x = b.input('x', [2, 3, 4]);
  return [b.reduce('sum', x, [1]), b.reduce('mean', x, [0, 2])];
}

test.run();
