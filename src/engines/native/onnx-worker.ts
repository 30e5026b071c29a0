/**
 * The thread that runs onnxruntime, whose `run` blocks. Between steps the state stays here: each tensor that a step
 * changes has two buffers, one read and one written, which change places once the step succeeded.
 */
import { parentPort } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { elementCount } from '../../shared/element-count.ts';
import { fillMask } from '../dropout-mask.ts';
import { EngineError } from '../engine.ts';
import { NEXT, type Reply, type Request, type TensorMessage } from './messages.ts';
import { runInPlace } from './run-in-place.ts';
import { isResident, loadRuntime, type Runtime, sessionOptions } from './runtime.ts';

type Of<K extends Request['kind']> = Extract<Request, { readonly kind: K }>;

interface StateTensor {
  current: Tensor;
  /** Written by the next step that changes this tensor; on a device, each step makes a new one. */
  spare: Tensor | undefined;
}

interface Model {
  readonly session: InferenceSession;
  /** What becomes of the state stays where the model runs, and not in the memory of the process. */
  readonly onDevice: boolean;
}

class OnnxHost {
  readonly #runtime: Runtime;
  readonly #models = new Map<string, Model>();
  readonly #state = new Map<string, StateTensor>();
  /** Of gradients over the parts of a step; like the state, but neither loaded nor saved. */
  readonly #sums = new Map<string, StateTensor>();
  /** Filled anew at each run, by name of the input. */
  readonly #masks = new Map<string, Float32Array>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async answer(request: Request): Promise<readonly TensorMessage[]> {
    switch (request.kind) {
      case 'compile':
        await this.#compile(request);
        return [];
      case 'load':
        this.#load(request);
        return [];
      case 'run':
        return this.#run(request);
      case 'accumulate':
        return this.#accumulate(request);
      case 'save':
        return this.#save();
      case 'close':
        for (const { session } of this.#models.values()) await session.release();
        return [];
    }
  }

  async #compile({ key, model, options, kept = [] }: Of<'compile'>): Promise<void> {
    const { provider, threads } = options;
    const session = await this.#runtime.InferenceSession.create(model, sessionOptions(provider, threads, kept));
    this.#models.set(key, { session, onDevice: isResident(provider) });
  }

  #load({ tensors }: Of<'load'>): void {
    for (const { current } of this.#state.values()) release(current);
    this.#state.clear();
    for (const { name, shape, data } of tensors) {
      this.#state.set(name, { current: this.#tensor(data, shape), spare: undefined });
    }
  }

  async #accumulate(request: Of<'accumulate'>): Promise<readonly TensorMessage[]> {
    const { key, apply, parts, sums, split, feeds, masks } = request;
    for (const { name, shape } of sums) {
      const held = this.#sums.get(name);
      if (held?.current.location === 'cpu') {
        (held.current.data as Float32Array).fill(0);
        continue;
      }
      if (held) release(held.current);
      this.#sums.set(name, { current: this.#tensor(new Float32Array(elementCount(shape)), shape), spare: undefined });
    }
    const totals = new Map<string, TensorMessage>();
    for (let part = 0; part < parts; part++) {
      const values = Object.entries(split).map(([name, whole]) => {
        const size = whole.length / parts;
        return [name, whole.subarray(part * size, (part + 1) * size)] as const;
      });
      for (const answer of await this.#run({ kind: 'run', key, feeds: Object.fromEntries(values), masks }, part)) {
        const total = totals.get(answer.name)?.data;
        if (total) for (const [at, value] of answer.data.entries()) total[at]! += value;
        else totals.set(answer.name, answer);
      }
    }
    await this.#run({ kind: 'run', key: apply, feeds });
    return [...totals.values()];
  }

  /** `part` says which of several parts of a batch this is: its masks begin there. */
  async #run({ key, feeds, masks }: Of<'run'>, part = 0): Promise<readonly TensorMessage[]> {
    const { session, onDevice } = this.#models.get(key)!;
    for (const { input, path, rate, shape, perExample } of masks?.inputs ?? []) {
      const mask = this.#masks.get(input) ?? new Float32Array(elementCount(shape));
      this.#masks.set(input, mask);
      fillMask(mask, masks!.seed, path, masks!.step, rate, perExample ? part * mask.length : 0);
    }

    const inputs: Record<string, Tensor> = {};
    for (const { name, shape } of tensorsOf(session.inputMetadata)) {
      const fed = feeds[name] ?? (masks && this.#masks.get(name));
      const tensor = fed ? this.#tensor(fed, shape) : this.#held(name)?.current;
      if (!tensor) throw new Error(`the model's input ${name} is neither fed nor in the state`);
      inputs[name] = tensor;
    }

    const outputs = tensorsOf(session.outputMetadata);
    const stateOf = (name: string): StateTensor | undefined =>
      name.startsWith(NEXT) ? this.#held(name.slice(NEXT.length)) : undefined;
    const places = (): Record<string, Tensor> =>
      Object.fromEntries(
        outputs.map(({ name, shape }) => {
          const state = stateOf(name);
          return [name, state ? this.#spareOf(state) : this.#tensor(new Float32Array(elementCount(shape)), shape)];
        }),
      );
    const made = onDevice
      ? await session.run(inputs, session.outputNames)
      : await runInPlace(session, inputs, places());

    const answered: TensorMessage[] = [];
    for (const { name, shape } of outputs) {
      const [state, tensor] = [stateOf(name), made[name] as Tensor];
      if (!state) answered.push({ name, shape, data: tensor.data as Float32Array });
      else {
        if (onDevice) release(state.current);
        else state.spare = state.current;
        state.current = tensor;
      }
    }
    return answered;
  }

  #held(name: string): StateTensor | undefined {
    return this.#state.get(name) ?? this.#sums.get(name);
  }

  #spareOf(state: StateTensor): Tensor {
    return state.spare ?? this.#tensor(new Float32Array(state.current.size), state.current.dims);
  }

  #save(): readonly TensorMessage[] {
    return [...this.#state].map(([name, { current }]) => {
      return { name, shape: current.dims, data: (current.data as Float32Array).slice() };
    });
  }

  #tensor(data: Float32Array, shape: readonly number[]): Tensor {
    return new this.#runtime.Tensor('float32', data, shape);
  }
}

/** Frees the memory of a device; that of the process is the collector's. */
function release(tensor: Tensor): void {
  if (tensor.location !== 'cpu') tensor.dispose();
}

/** Names and shapes of what are tensors; all of our models have fixed sizes. */
function tensorsOf(metadata: readonly InferenceSession.ValueMetadata[]): { name: string; shape: readonly number[] }[] {
  return metadata.flatMap((value) => (value.isTensor ? { name: value.name, shape: value.shape as number[] } : []));
}

const port = parentPort!;
const host = loadRuntime().then((runtime) => new OnnxHost(runtime));
// requests are answered one after the other, in their order
let last: Promise<void> = Promise.resolve();

port.on('message', ({ id, request }: { id: number; request: Request }) => {
  last = last.then(async () => {
    let reply: Reply;
    try {
      reply = { id, tensors: await (await host).answer(request) };
    } catch (error) {
      const { message } = error as Error;
      reply = { id, error: { message, help: error instanceof EngineError ? error.help : undefined } };
    }
    port.postMessage(reply, 'tensors' in reply ? reply.tensors.map(({ data }) => data.buffer as ArrayBuffer) : []);
    if (request.kind === 'close') port.close();
  });
});
host.catch(() => undefined); // told with the first answer
