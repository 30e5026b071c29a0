/** Resuming on the native engine: the same bits as without an interruption. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import type { Graph } from '../../src/compiler/graph.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { type TrainingJob, train } from '../../src/training/loop.ts';
import { SILENT, toyJob, toyPlan } from './toy-run.ts';

const SPEC = `model Tiny(classes: int = 2)(image: [4, 4, 1]) -> [classes] {
  image |> conv2d(4, 3) |> batch_norm |> relu |> dropout(0.3) |> global_avg_pool |> dense(classes) |> softmax
}
`;

function tinyGraph(): Graph {
  const { value, diagnostics } = elaborate(compile('tiny.spec', SPEC, { read: () => undefined }), 'Tiny');
  if (value === undefined) throw new Error(JSON.stringify(diagnostics.map(({ message }) => message)));
  return value;
}

function nativeJob(engine: Engine, folder?: string): TrainingJob {
  const plan = toyPlan();
  const graph = tinyGraph();
  return { ...toyJob(plan, engine, folder), graph, initial: initialWeights(graph, plan.training.seed) };
}

/** The engine, asking for an end after a step. */
function interruptedAfter(stop: number, controller: AbortController): Engine {
  return {
    ...nativeEngine,
    train: async (setup, initial) => {
      const session = await nativeEngine.train(setup, initial);
      const step = session.step.bind(session);
      session.step = async (batch, number, rate) => {
        const result = await step(batch, number, rate);
        if (number === stop) controller.abort();
        return result;
      };
      return session;
    },
  };
}

test('interrupted twice and resumed equals uninterrupted, bit for bit', async () => {
  const whole = nativeJob(nativeEngine);
  const end = await train(whole, SILENT);
  let folder: string | undefined;
  for (const stop of [3, 9]) {
    const controller = new AbortController();
    const job = nativeJob(interruptedAfter(stop, controller), folder);
    folder = job.folder;
    const resume = job.checkpoints.has('last') ? job.checkpoints.resume(job.identity) : undefined;
    const part = await train(job, SILENT, { signal: controller.signal, resume });
    assert.equal([part.reason, part.state.step], ['interrupted', stop]);
  }
  const job = nativeJob(nativeEngine, folder);
  const resumed = await train(job, SILENT, { resume: job.checkpoints.resume(job.identity) });
  assert.equal(resumed.state.best, end.state.best);
  for (const name of ['last', 'best'] as const) {
    const [expected, actual] = [whole.checkpoints.load(name).tensors, job.checkpoints.load(name).tensors];
    assert.equal([...actual.keys()].sort(), [...expected.keys()].sort());
    assert.ok([...expected.keys()].some((path) => path.endsWith(':m')));
    for (const [path, { data }] of expected) {
      assert.is(Buffer.compare(Buffer.from(actual.get(path)!.data.buffer), Buffer.from(data.buffer)), 0, path);
    }
  }
});

test.run();
