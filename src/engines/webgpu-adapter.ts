/** Which GPU WebGPU finds, through the `webgpu` package (Dawn, the WebGPU of Chrome, for Node). */
import { startProcess } from '../shared/worker.ts';
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

/** Makes WebGPU what TensorFlow.js finds in this process, which it needs before its backend is loaded. */
export async function provideGpu(): Promise<void> {
  gpu ??= installGpu();
  await gpu;
}

let foundApart: Promise<Availability> | undefined;

/**
 * Looks for a GPU in a process of its own, once: what drivers print meanwhile does not reach the terminal, and one that
 * breaks does not end this process. Why Dawn passed an adapter over, and what it ended with, is in the reason.
 */
export function webgpuAvailability(): Promise<Availability> {
  foundApart ??= lookApart();
  return foundApart;
}

async function lookApart(): Promise<Availability> {
  const child = startProcess(import.meta.url, 'webgpu-probe');
  let printed = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  let found: Availability | undefined;
  child.once('message', (told: Availability) => {
    found = told;
  });
  return new Promise((resolve) => {
    child.once('error', (error) =>
      resolve(unavailable(`no process can be started to look for a GPU: ${error.message}`)),
    );
    child.once('close', (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      resolve(found === undefined ? unavailable(endText(how, printed)) : withCause(found, printed));
    });
  });
}

/** What Dawn warns of where it finds an adapter that it cannot use is why there is none. */
export function withCause(found: Availability, printed: string): Availability {
  const cause = /^Warning: (.*?)\.?$/m.exec(printed)?.[1];
  return found.available || cause === undefined ? found : { ...found, reason: `${found.reason}: ${cause}` };
}

function endText(how: string, printed: string): string {
  const last = printed.trim().split('\n').at(-1);
  return `the process that looked for a GPU ended with ${how}${last ? `: ${last}` : ''}`;
}

function unavailable(reason: string): Availability {
  return { available: false, device: '', accelerated: false, reason, remedy: REMEDY };
}

/** What is found in this process. */
export async function lookHere(): Promise<Availability> {
  const found = await findAdapter();
  if (typeof found === 'string') return unavailable(found);
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
