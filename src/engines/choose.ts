/** Which engine trains: the one that is asked for, or the best that really has its device. Never a silent fallback. */
import { readdirSync } from 'node:fs';
import { type Availability, type Engine, EngineError, type EngineName } from './engine.ts';

/** What `--engine` takes: an engine, `auto`, or `tfjs` for the best of TensorFlow.js. */
export const ENGINE_CHOICES = [
  'auto',
  'native',
  'native-webgpu',
  'tfjs',
  'tfjs-gpu',
  'tfjs-webgpu',
  'tfjs-cpu',
] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** Loads an engine; a failure to load is told by its `availability`, not by throwing. */
export type EngineLoaders = { readonly [Name in EngineName]: () => Promise<Engine> };

export interface ChosenEngine {
  readonly engine: Engine;
  readonly device: string;
  /** One sentence: which engine, on what, and why this one. */
  readonly why: string;
  /** The choice is slower than the user is likely to want; say so loudly. */
  readonly slow: boolean;
}

interface Preference {
  readonly name: EngineName;
  /** Take it only with a real accelerator. */
  readonly accelerated: boolean;
}

const AUTO: readonly Preference[] = [
  { name: 'tfjs-gpu', accelerated: true },
  { name: 'native-webgpu', accelerated: true },
  { name: 'tfjs-webgpu', accelerated: true },
  { name: 'native', accelerated: false },
  { name: 'tfjs-cpu', accelerated: false },
];

const TFJS: readonly Preference[] = [
  { name: 'tfjs-gpu', accelerated: true },
  { name: 'tfjs-webgpu', accelerated: true },
  { name: 'tfjs-cpu', accelerated: false },
];

/**
 * @param gpuPresent whether this machine may have a GPU: without one, engines that need it are not even loaded
 * @throws EngineError if the engine that was asked for is not available here, or none is
 */
export async function chooseEngine(
  choice: EngineChoice,
  loaders: EngineLoaders = engineLoaders,
  gpuPresent: boolean = mayHaveGpu(),
): Promise<ChosenEngine> {
  if (choice === 'auto') return firstOf(AUTO, loaders, gpuPresent, 'no engine is available here');
  if (choice === 'tfjs') return firstOf(TFJS, loaders, gpuPresent, 'TensorFlow.js is not available here');
  const engine = await loaders[choice]();
  const found = await engine.availability();
  if (!found.available) {
    throw new EngineError(
      `the engine '${choice}' is not available here: ${found.reason}`,
      `${found.remedy ?? 'specc doctor shows what is'}; or use --engine auto`,
    );
  }
  return { engine, device: found.device, why: `${choice} on ${found.device}, as asked for`, slow: isSlow(choice) };
}

async function firstOf(
  preferences: readonly Preference[],
  loaders: EngineLoaders,
  gpuPresent: boolean,
  failure: string,
): Promise<ChosenEngine> {
  const asked = new Map<EngineName, { engine: Engine; found: Availability }>();
  for (const { name, accelerated } of preferences) {
    if (accelerated && !gpuPresent) continue;
    let entry = asked.get(name);
    if (entry === undefined) {
      const engine = await loaders[name]();
      entry = { engine, found: await engine.availability() };
      asked.set(name, entry);
    }
    const { engine, found } = entry;
    if (found.available && (found.accelerated || !accelerated)) {
      const others = [...asked].filter(([other]) => other !== name).map(([other, { found }]) => refusal(other, found));
      const because = gpuPresent ? others.join('; ') : 'this machine has no GPU';
      const why = `${name} on ${found.device}${because === '' ? '' : ` (${because})`}`;
      return { engine, device: found.device, why, slow: isSlow(name) };
    }
  }
  const remedies = [...asked].map(([name, { found }]) => `${name}: ${found.remedy ?? found.reason}`);
  throw new EngineError(failure, remedies.join('; '));
}

/** Why an engine was passed over, in few words; `specc doctor` has them all. */
function refusal(name: EngineName, { available, device, reason }: Availability): string {
  return available ? `${name}: only ${device}` : `${name}: ${reason.split(': ')[0]}`;
}

/** Linux gives every GPU a device file; elsewhere only its driver knows. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  // Direct Rendering (render nodes), NVIDIA's and AMD's compute drivers, and the GPU of Windows' subsystem for Linux.
  return readdirSync('/dev').some((name) => /^(dri|nvidia\d|kfd|dxg)/.test(name));
}

/** The TensorFlow.js cpu backend takes minutes for what the others do in a second. */
function isSlow(name: EngineName): boolean {
  return name === 'tfjs-cpu';
}

/** Each engine is loaded only when it is considered: TensorFlow alone takes seconds. */
export const engineLoaders: EngineLoaders = {
  native: async () => (await import('./native/engine.ts')).nativeEngine,
  'native-webgpu': async () => (await import('./native/engine.ts')).nativeWebGpuEngine,
  'tfjs-gpu': async () => (await import('./tfjs/engine.ts')).tfjsGpuEngine,
  'tfjs-webgpu': async () => (await import('./tfjs/engine.ts')).tfjsWebGpuEngine,
  'tfjs-cpu': async () => (await import('./tfjs/engine.ts')).tfjsCpuEngine,
};
