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

test.run();
