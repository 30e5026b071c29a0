import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withCause } from '../../src/engines/webgpu-adapter.ts';

const none = { available: false, device: '', accelerated: false, reason: 'there is no GPU that WebGPU can use' };

test('what Dawn warns of is why there is no GPU, and what drivers print beside it is not', () => {
  const printed = `error: XDG_RUNTIME_DIR is invalid or not set in the environment.
Warning: Vulkan robustBufferAccess required.
 - While initializing adapter (backend=BackendType::Vulkan)
    at InitializeImpl (PhysicalDeviceVk.cpp:257)
`;
  assert.is(withCause(none, printed).reason, 'there is no GPU that WebGPU can use: Vulkan robustBufferAccess required');
  assert.is(withCause(none, 'error: XDG_RUNTIME_DIR is invalid').reason, none.reason);
  const found = { ...none, available: true, reason: 'found through WebGPU' };
  assert.equal(withCause(found, printed), found, 'of another adapter');
});

test('whoever looks for a GPU, `auto` too, prints nothing and asks once', () => {
  const [choose, adapter] = ['choose', 'webgpu-adapter'].map((name) =>
    JSON.stringify(new URL(`../../src/engines/${name}.ts`, import.meta.url).href),
  );
  const script = `
    const { chooseEngine, engineLoaders } = await import(${choose});
    const { webgpuAvailability } = await import(${adapter});
    const { why } = await chooseEngine('auto', engineLoaders, true);
    console.log(JSON.stringify([why, webgpuAvailability() === webgpuAvailability()]));
    process.exit();`;
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.is(stderr, '');
  const [why, same] = JSON.parse(stdout);
  assert.match(why, / on /);
  assert.ok(same);
});

test.run();
