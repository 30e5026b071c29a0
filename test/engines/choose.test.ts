import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseEngine, type EngineLoaders } from '../../src/engines/choose.ts';
import { type Availability, EngineError, type EngineName } from '../../src/engines/engine.ts';
import { fakeEngine } from '../support/fake-engine.ts';

/** Engines by name: on a real accelerator, on something slower, or not there. */
function loaders(devices: Partial<Record<EngineName, 'gpu' | 'cpu'>>, asked: string[] = []): EngineLoaders {
  const load = (name: EngineName) => async () => {
    const device = devices[name];
    asked.push(name);
    const found: Availability =
      device === undefined
        ? { available: false, device: '', accelerated: false, reason: 'not installed', remedy: `install ${name}` }
        : { available: true, device, accelerated: device === 'gpu', reason: 'found' };
    return { ...fakeEngine(), name, availability: async () => found };
  };
  return {
    native: load('native'),
    'tfjs-gpu': load('tfjs-gpu'),
    'tfjs-webgpu': load('tfjs-webgpu'),
    'tfjs-cpu': load('tfjs-cpu'),
  };
}

const chosen = async (...args: Parameters<typeof chooseEngine>) => (await chooseEngine(...args)).engine.name;

test('auto prefers real accelerators, TensorFlow on a GPU first', async () => {
  const all = { 'tfjs-gpu': 'gpu', native: 'gpu', 'tfjs-webgpu': 'gpu', 'tfjs-cpu': 'cpu' } as const;
  assert.is(await chosen('auto', loaders(all)), 'tfjs-gpu');
  // tfjs-node-gpu without a GPU computes on the CPU in silence: not taken.
  assert.is(await chosen('auto', loaders({ ...all, 'tfjs-gpu': 'cpu' })), 'native');
  assert.is(await chosen('auto', loaders({ native: 'cpu', 'tfjs-webgpu': 'gpu', 'tfjs-cpu': 'cpu' })), 'tfjs-webgpu');
  assert.is(await chosen('auto', loaders({ native: 'cpu', 'tfjs-webgpu': 'cpu', 'tfjs-cpu': 'cpu' })), 'native');
});

test('auto asks no engine beyond the one that it takes, and none twice', async () => {
  const asked: string[] = [];
  await chooseEngine('auto', loaders({ native: 'gpu', 'tfjs-webgpu': 'gpu' }, asked));
  assert.equal(asked, ['tfjs-gpu', 'native']);
  asked.length = 0;
  await chooseEngine('auto', loaders({ native: 'cpu' }, asked));
  assert.equal(asked, ['tfjs-gpu', 'native', 'tfjs-webgpu']);
});

test('auto says why', async () => {
  const { why, slow } = await chooseEngine('auto', loaders({ 'tfjs-gpu': 'cpu', native: 'cpu', 'tfjs-cpu': 'cpu' }));
  assert.is(why, 'native on cpu (tfjs-gpu: only cpu; tfjs-webgpu: not installed)');
  assert.not(slow);
});

test('the cpu backend of TensorFlow.js is taken when there is nothing else, and loudly', async () => {
  const { engine, slow } = await chooseEngine('auto', loaders({ 'tfjs-cpu': 'cpu' }));
  assert.equal([engine.name, slow], ['tfjs-cpu', true]);
  assert.is((await chooseEngine('tfjs', loaders({ 'tfjs-cpu': 'cpu', native: 'gpu' }))).engine.name, 'tfjs-cpu');
});

test('an engine that is asked for is taken or refused with its remedy, never replaced', async () => {
  assert.is(await chosen('tfjs-gpu', loaders({ 'tfjs-gpu': 'cpu', native: 'gpu' })), 'tfjs-gpu');
  await chooseEngine('tfjs-webgpu', loaders({ native: 'gpu' })).then(
    () => assert.unreachable(),
    (error) => {
      assert.instance(error, EngineError);
      assert.is(error.message, "the engine 'tfjs-webgpu' is not available here: not installed");
      assert.match(error.help, /^install tfjs-webgpu; or use --engine auto/);
    },
  );
  await chooseEngine('auto', loaders({})).then(
    () => assert.unreachable(),
    (error) => assert.match(error.help, /native: install native/),
  );
});

test.run();
