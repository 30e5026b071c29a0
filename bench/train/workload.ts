/** What every engine trains: the same graph, initial weights, batches, dropout masks and optimizer, from one seed. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import { logitsOf } from '../../src/compiler/cross-entropy.ts';
import { emitOnnx } from '../../src/compiler/emit/onnx/index.ts';
import { type Graph, shapeOf } from '../../src/compiler/graph.ts';
import { inferenceForms } from '../../src/compiler/lower/inference-form.ts';
import { trainingForms } from '../../src/compiler/lower/training-form.ts';
import { optimise, passNames } from '../../src/compiler/program/passes/index.ts';
import { trainingStep } from '../../src/compiler/training-step.ts';
import type { NamedTensors, TrainingBatch, TrainingSetup } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { elementCount } from '../../src/shared/element-count.ts';
import { Random } from '../../src/shared/random.ts';

const torchvision = 'specs/zoo/torchvision';

export const MODELS = {
  ddrnet: { spec: 'specs/ddrnet.spec', model: 'DDRNet', weightMap: 'bench/train/ddrnet.pytorch.yaml', settings: {} },
  resnet18: { spec: 'specs/resnet.spec', model: 'ResNet18', weightMap: `${torchvision}/resnet18.yaml`, settings: {} },
  resnext50: {
    spec: 'specs/zoo/resnet.spec',
    model: 'ResNeXt50',
    weightMap: `${torchvision}/resnext50_32x4d.yaml`,
    settings: {},
  },
  mobilenet_v3_large: {
    spec: 'specs/zoo/mobilenet_v3.spec',
    model: 'MobileNetV3Large',
    weightMap: `${torchvision}/mobilenet_v3_large.yaml`,
    // PyTorch would have to be given the masks
    settings: { dropout_rate: 0 },
  },
  efficientnet_b0: {
    spec: 'specs/zoo/efficientnet.spec',
    model: 'EfficientNetB0',
    weightMap: `${torchvision}/efficientnet.yaml`,
    settings: {},
  },
  vit_b_16: { spec: 'specs/zoo/vit.spec', model: 'ViTB16', weightMap: `${torchvision}/vit.yaml`, settings: {} },
} as const;

export type ModelName = keyof typeof MODELS;

/** What the native engine can leave out of a training step: passes of the compiler, and forms. */
export const REMOVABLE = [...passNames, ...trainingForms] as const;
/** And of a model in inference mode. */
export const REMOVABLE_IN_INFERENCE = [...passNames, ...inferenceForms] as const;
export type Removable = (typeof REMOVABLE | typeof REMOVABLE_IN_INFERENCE)[number];

export const CLASSES = 4;
/** Small, since Adam blows up the rounding errors of gradients that are close to zero. */
export const LEARNING_RATE = 1e-4;
export const SEED = 1;

const ADAM = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 } as const;

/** How many different batches the steps take turns with. */
const BATCHES = 2;

export interface Workload {
  readonly model: ModelName;
  readonly batch: number;
  /** Height and width of the images. */
  readonly size: number;
  readonly threads: number;
  /** What the native engine leaves out. */
  readonly without?: readonly Removable[];
}

/** The path of a file of the project. */
export function projectFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

export function graphOf({ model, size }: Pick<Workload, 'model' | 'size'>): Graph {
  const path = projectFile(MODELS[model].spec);
  const read = (file: string): string => readFileSync(file, 'utf8');
  const settings = { classes: CLASSES, size, ...MODELS[model].settings };
  const { value, diagnostics } = elaborate(compile(path, read(path), { read }), MODELS[model].model, settings);
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return value;
}

/** The model without its softmax, which would hide differences: PyTorch's models end in logits. */
export function inferenceGraphOf(workload: Pick<Workload, 'model' | 'size'>): Graph {
  const graph = graphOf(workload);
  const [output] = graph.outputs;
  const softmax = graph.values[output!.value]!.node;
  const nodes = graph.nodes.filter(({ id }) => id !== softmax);
  return { ...graph, nodes, outputs: [{ ...output!, value: logitsOf(graph) }] };
}

/** Scales, offsets, statistics and whatever else starts with zeros are not 1 and 0, so that nothing can be left out. */
export function inferenceWeights(graph: Graph): NamedTensors {
  const random = Random.of('bench', SEED, 'weights');
  return new Map(
    [...initialWeights(graph, SEED)].map(([path, tensor]) => {
      const isPlain =
        /\/(gamma|beta|moving_mean|moving_variance)$/.test(path) || tensor.data.every((each) => each === 0);
      if (!isPlain) return [path, tensor];
      return [path, { ...tensor, data: tensor.data.map((each) => each + random.uniform(0, 0.3)) }];
    }),
  );
}

export function setupOf(graph: Graph, { batch, threads, without = [] }: Workload): TrainingSetup {
  return {
    graph,
    batch,
    threads,
    withoutPasses: passNames.filter((name) => without.includes(name)),
    withoutForms: trainingForms.filter((name) => without.includes(name)),
    seed: SEED,
    optimizer: ADAM,
    loss: { kind: 'cross_entropy', labelSmoothing: 0, auxiliary: {} },
  };
}

/** The file that onnxruntime executes a step from, with channels in blocks of AVX-512: what is in it is what is computed. */
export function stepModel(workload: Workload): Uint8Array {
  const setup = setupOf(graphOf(workload), workload);
  const program = optimise(trainingStep(setup).program, { disable: setup.withoutPasses ?? [] });
  const { withoutForms = [] } = setup;
  return emitOnnx(program, 'step', {
    channelBlock: withoutForms.includes('channel-blocks') ? undefined : 16,
    affineConvolution: !withoutForms.includes('affine-convolution'),
  });
}

/** Noise whose mean tells the class, so that there is something to learn. Step n trains on batch n modulo their number. */
export function batchesOf(graph: Graph, batch: number): readonly TrainingBatch[] {
  const size = elementCount(shapeOf(graph, graph.inputs[0]!.value));
  return Array.from({ length: BATCHES }, (_, index) => {
    const random = Random.of('bench', SEED, index);
    const labels = Int32Array.from({ length: batch }, (_, example) => (example + index) % CLASSES);
    const images = new Float32Array(batch * size);
    for (let at = 0; at < images.length; at++) {
      images[at] = random.uniform(-1, 1) + 0.4 * labels[Math.floor(at / size)]!;
    }
    return { images, labels };
  });
}
