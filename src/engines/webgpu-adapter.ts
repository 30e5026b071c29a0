/** Which GPU WebGPU finds, through the `webgpu` package (Dawn, the WebGPU of Chrome, for Node). */
import type { Availability } from './engine.ts';

/** The part of WebGPU that is asked here. */
interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
  };
}

interface Gpu {
  requestAdapter(options?: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}

/** Adapters that are programs on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;

const REMEDY = 'install a graphics driver with Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows)';

let gpu: Promise<Gpu> | undefined;

/** Dawn has to live as long as the process does, and its classes to be there before TensorFlow.js looks for them. */
async function installGpu(): Promise<Gpu> {
  const { create, globals } = (await import('webgpu')) as unknown as { create(flags: string[]): Gpu; globals: object };
  Object.assign(globalThis, globals);
  const own = create([]);
  const { navigator } = globalThis as { navigator?: object };
  if (navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: { gpu: own }, configurable: true });
  else Object.defineProperty(navigator, 'gpu', { value: own, configurable: true });
  return own;
}

async function findAdapter(): Promise<Adapter | string> {
  try {
    gpu ??= installGpu();
    const adapter = await (await gpu).requestAdapter({ powerPreference: 'high-performance' });
    return adapter ?? 'there is no GPU that WebGPU can use';
  } catch (error) {
    return `the webgpu package does not load: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export async function webgpuAvailability(): Promise<Availability> {
  const found = await findAdapter();
  if (typeof found === 'string') {
    return { available: false, device: '', accelerated: false, reason: found, remedy: REMEDY };
  }
  const { vendor, architecture, device, description } = found.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ') || 'an unnamed GPU';
  const software = SOFTWARE.test([vendor, architecture, device, description].join(' '));
  return {
    available: true,
    device: name,
    accelerated: !software,
    reason: software ? 'a WebGPU that is emulated on the CPU: right, and slow' : 'found through WebGPU',
  };
}
