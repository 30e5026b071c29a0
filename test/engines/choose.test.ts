import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseEngine, type EngineChoice, type EngineLoaders } from '../../src/engines/choose.ts';
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
    'native-webgpu': load('native-webgpu'),
    'tfjs-gpu': load('tfjs-gpu'),
    'tfjs-webgpu': load('tfjs-webgpu'),
    'tfjs-cpu': load('tfjs-cpu'),
  };
}

/** As on a machine that may have a GPU. */
const choose = (choice: EngineChoice, engines: EngineLoaders) => chooseEngine(choice, engines, true);
const chosen = async (choice: EngineChoice, engines: EngineLoaders) => (await choose(choice, engines)).engine.name;

test('auto prefers real accelerators, TensorFlow on a GPU first', async () => {
  const all = {
    'tfjs-gpu': 'gpu',
    native: 'cpu',
    'native-webgpu': 'gpu',
    'tfjs-webgpu': 'gpu',
    'tfjs-cpu': 'cpu',
  } as const;
  assert.is(await chosen('auto', loaders(all)), 'tfjs-gpu');
  // tfjs-node-gpu without a GPU computes on the CPU in silence: not taken.
  assert.is(await chosen('auto', loaders({ ...all, 'tfjs-gpu': 'cpu' })), 'native-webgpu');
  assert.is(await chosen('auto', loaders({ native: 'cpu', 'tfjs-webgpu': 'gpu', 'tfjs-cpu': 'cpu' })), 'tfjs-webgpu');
  assert.is(await chosen('auto', loaders({ native: 'cpu', 'tfjs-webgpu': 'cpu', 'tfjs-cpu': 'cpu' })), 'native');
});

test('auto asks no engine beyond the one that it takes, and none twice', async () => {
  const asked: string[] = [];
  await choose('auto', loaders({ 'native-webgpu': 'gpu', 'tfjs-webgpu': 'gpu' }, asked));
  assert.equal(asked, ['tfjs-gpu', 'native-webgpu']);
  asked.length = 0;
  await choose('auto', loaders({ native: 'cpu' }, asked));
  assert.equal(asked, ['tfjs-gpu', 'native-webgpu', 'tfjs-webgpu', 'native']);
});

test('auto says why', async () => {
  const { why, slow } = await choose('auto', loaders({ 'tfjs-gpu': 'cpu', native: 'cpu', 'tfjs-cpu': 'cpu' }));
  assert.is(why, 'native on cpu (tfjs-gpu: only cpu; native-webgpu: not installed; tfjs-webgpu: not installed)');
  assert.not(slow);
});

test('without a GPU, engines that need one are not loaded at all', async () => {
  const asked: string[] = [];
  const found = await chooseEngine('auto', loaders({ native: 'cpu', 'tfjs-gpu': 'gpu' }, asked), false);
  assert.equal([found.engine.name, asked], ['native', ['native']]);
  assert.is(found.why, 'native on cpu (this machine has no GPU)');
});

test('the cpu backend of TensorFlow.js is taken when there is nothing else, and loudly', async () => {
  const { engine, slow } = await choose('auto', loaders({ 'tfjs-cpu': 'cpu' }));
  assert.equal([engine.name, slow], ['tfjs-cpu', true]);
  assert.is((await choose('tfjs', loaders({ 'tfjs-cpu': 'cpu', native: 'gpu' }))).engine.name, 'tfjs-cpu');
});

test('an engine that is asked for is taken or refused with its remedy, never replaced', async () => {
  assert.is(await chosen('tfjs-gpu', loaders({ 'tfjs-gpu': 'cpu', native: 'gpu' })), 'tfjs-gpu');
  await choose('tfjs-webgpu', loaders({ native: 'gpu' })).then(
    () => assert.unreachable(),
    (error) => {
      assert.instance(error, EngineError);
      assert.is(error.message, "the engine 'tfjs-webgpu' is not available here: not installed");
      assert.match(error.help, /^install tfjs-webgpu; or use --engine auto/);
    },
  );
  await choose('auto', loaders({})).then(
    () => assert.unreachable(),
    (error) => assert.match(error.help, /native: install native/),
  );
});

test.run();
