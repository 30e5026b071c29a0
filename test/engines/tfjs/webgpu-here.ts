/** Whether WebGPU tests can run here. Where `SPECC_REQUIRE_WEBGPU=1`, that there is no adapter is a failure. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { webgpuAvailability } from '../../../src/engines/webgpu-adapter.ts';

export async function webgpuIsHere(file: string): Promise<boolean> {
  const { available, reason } = await webgpuAvailability();
  if (available) return true;
  if (process.env['SPECC_REQUIRE_WEBGPU'] === '1') {
    test('there is a WebGPU adapter', () => assert.unreachable(`SPECC_REQUIRE_WEBGPU is set, but ${reason}`));
  } else {
    const hint = 'A software adapter will do: VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json';
    console.error(`\n  SKIPPED  ${file}: ${reason}.\n           ${hint}\n`);
    test.skip(`WebGPU: ${reason}`, () => {});
  }
  return false;
}
