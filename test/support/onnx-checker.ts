/** The official checker of ONNX, a Python package that a machine may lack. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';

const PYTHON = '/usr/bin/python3';

/** Checks each model, then infers its output shapes anew and compares them with those stated. */
const script = `
import onnx, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    sizes = lambda o: [d.dim_param or d.dim_value for d in o.type.tensor_type.shape.dim]
    stated = {o.name: sizes(o) for o in model.graph.output}
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    for output in inferred.graph.output:
        shape = sizes(output)
        # a size that a run decides is inferred under the same name, another one, or none
        agree = len(shape) == len(stated[output.name]) and all(
            not isinstance(found, int) or found == 0 if isinstance(said, str) else found == said
            for said, found in zip(stated[output.name], shape))
        assert agree, (path.stem, output.name, stated[output.name], shape)
    print(path.stem)
`;

/**
 * The newest opset that the checker knows; undefined, told on the console, where there is none. With
 * SPECC_REQUIRE_ONNX=1 its absence is a failure.
 */
export function checkerOpset(): number | undefined {
  const asked = spawnSync(PYTHON, ['-c', 'import onnx; print(onnx.defs.onnx_opset_version())'], { encoding: 'utf8' });
  if (asked.status === 0) return Number(asked.stdout);
  assert.is.not(process.env.SPECC_REQUIRE_ONNX, '1', `${PYTHON} has no module onnx`);
  console.log(`SKIPPED: ${PYTHON} has no module onnx (Debian: apt-get install python3-onnx)`);
  return undefined;
}

/** Fails unless the checker accepts all of these models, by name. */
export function assertChecked(models: ReadonlyMap<string, Uint8Array>): void {
  const folder = mkdtempSync(join(tmpdir(), 'specc-onnx-'));
  try {
    for (const [name, model] of models) writeFileSync(join(folder, `${name}.onnx`), model);
    const checked = execFileSync(PYTHON, ['-c', script, folder], { encoding: 'utf8', stdio: 'pipe' });
    assert.equal(checked.trim().split('\n'), [...models.keys()].sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
}
