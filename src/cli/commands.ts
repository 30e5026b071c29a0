/**
 * The table of commands. Each is loaded when it is called, so that `specc --help` and `specc check` never wait for
 * what only training needs.
 */
import type { OptionValues } from 'commander';
import { ENGINE_CHOICES } from '../engines/choose.ts';
import type { Terminal } from './terminal.ts';

/** What a module in `commands/` exports: the work, and the exit code it ends with. */
export interface CommandModule {
  run(args: readonly string[], options: OptionValues, terminal: Terminal): Promise<number> | number;
}

export interface CommandRow {
  /** Name and arguments, as commander reads them. */
  readonly usage: string;
  readonly group: string;
  readonly summary: string;
  /** Flags, description and, where there is one, the default. */
  readonly options?: readonly (readonly [flags: string, description: string, fallback?: string])[];
  readonly choices?: { readonly [option: string]: readonly string[] };
  /** What the exit codes say, where they say more than success and error. */
  readonly exits?: readonly (readonly [code: number, meaning: string])[];
  readonly examples: readonly string[];
  readonly load: () => Promise<CommandModule>;
}

const SET = ['--set <name=value...>', 'give a parameter of the model a value; may be repeated'] as const;
const VARIANT = ['--variant <name>', 'a variant that an ablation of the file makes of the model'] as const;
const SET_CONFIG = [
  '--set <name=value...>',
  'set a model parameter (size=32) or a configuration field (training.epochs=3)',
] as const;
const ENGINE = ['--engine <name>', 'what computes', 'auto'] as const;
const CHECKPOINTS = ['best', 'last'];
const CHECKPOINT = ['--checkpoint <which>', 'which weights', 'best'] as const;
const LAYOUTS = ['channels-last', 'channels-first'];
const OUT_FILE = ['-o, --out <file>', 'the file to write'] as const;
const TABLE = ['--format <format>', 'how to print', 'table'] as const;

/** What the commands of two words have in common, by the first. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  weights: 'list, save and convert the weights of a model',
};

export const commands: readonly CommandRow[] = [
  {
    usage: 'init [folder]',
    group: 'Start',
    summary: 'make a new project that trains at once',
    examples: ['specc init cells'],
    load: () => import('./commands/init.ts'),
  },
  {
    usage: 'doctor',
    group: 'Start',
    summary: 'show engines, devices and versions',
    options: [['--format <format>', 'how to print', 'pretty']],
    choices: { format: ['pretty', 'json'] },
    examples: ['specc doctor'],
    load: () => import('./commands/doctor.ts'),
  },
  {
    usage: 'check [paths...]',
    group: 'Write',
    summary: 'report everything wrong with specifications and training configurations',
    options: [['--format <format>', 'how to print', 'pretty']],
    choices: { format: ['pretty', 'json', 'sarif', 'github'] },
    examples: ['specc check', 'specc check specs/ddrnet.spec', 'specc check --format sarif > specc.sarif'],
    load: () => import('./commands/check.ts'),
  },
  {
    usage: 'fmt [paths...]',
    group: 'Write',
    summary: 'format specifications, all in the one way',
    options: [['--check', 'change nothing; fail if a file is not formatted']],
    examples: ['specc fmt', 'specc fmt --check specs'],
    load: () => import('./commands/fmt.ts'),
  },
  {
    usage: 'build [paths...]',
    group: 'Write',
    summary: 'generate TypeScript from specifications and training configurations; those right in specs/ unless named',
    options: [
      ['--out <folder>', 'where to', 'generated'],
      ['--check', 'write nothing; fail if what is there is stale, missing or left over'],
      ['--watch', 'build again whenever a source changes'],
    ],
    examples: ['specc build', 'specc build specs/ddrnet.spec', 'specc build --check'],
    load: () => import('./commands/build.ts'),
  },
  {
    usage: 'train [config]',
    group: 'Train',
    summary: 'train an experiment into a run folder',
    options: [
      ENGINE,
      ['--resume [run]', 'go on from the last checkpoint: of this run, or of the latest of this configuration'],
      SET_CONFIG,
      ['--epochs <count>', 'the same as --set training.epochs=COUNT'],
      ['--name <name>', 'the name of the run'],
      ['--variant <name>', 'train this variant of the ablation that the configuration names'],
    ],
    choices: { engine: ENGINE_CHOICES },
    examples: [
      'specc train specs/synthetic.train.yaml',
      'specc train specs/ddrnet.train.yaml --set size=64 --set training.batch=32',
      'specc train --resume runs/synthetic',
    ],
    load: () => import('./commands/train.ts'),
  },
  {
    usage: 'ablate <config>',
    group: 'Train',
    summary: 'train every variant of an ablation from every seed, and compare them in one table',
    options: [
      ENGINE,
      ['--variants <name>', 'the ablation of the specification; the same as --set ablation.variants=NAME'],
      ['--seeds <list>', 'such as 1,2,3; the same as --set ablation.seeds=[1,2,3]'],
      ['--warm-start [run]', 'start from the trained weights of the base, or of this run, where they fit'],
      SET_CONFIG,
      ['--epochs <count>', 'the same as --set training.epochs=COUNT'],
      ['--dry-run', 'show the runs and what became of them, and train nothing'],
      ['--launcher <name>', 'train in processes of this machine, or as one array job of Slurm'],
      ['--jobs <count>', 'processes at a time, which divide the threads; half the processors unless told'],
      ['--status', 'how the runs stand, on this machine or in Slurm'],
      ['--collect', 'make the table of what is trained by now; ends with 1 while runs are missing'],
      ['--partition <name>', 'of Slurm'],
      ['--gres <list>', 'of Slurm: generic resources of a task, such as gpu:1'],
      ['--gpus <count>', 'of Slurm: GPUs of a task'],
      ['--time <limit>', 'of Slurm: a task that reaches it saves, and is queued again'],
      ['--cpus <count>', 'of Slurm: processors of a task'],
      ['--mem <size>', 'of Slurm: memory of a task'],
      ['--max-parallel <count>', 'of Slurm: tasks at a time'],
      ['--sbatch <option...>', 'a further option of sbatch, such as --sbatch=--account=cells; may be repeated'],
    ],
    choices: { engine: ENGINE_CHOICES, launcher: ['local', 'slurm'] },
    exits: [
      [0, 'the table is whole; with --status, --dry-run and Slurm: it was shown, or submitted'],
      [1, 'a run failed or is missing from the table, a variant has no network, or there is an error in the files'],
      [2, 'wrong use, such as a configuration that names no ablation'],
      [130, 'interrupted; the same command goes on'],
    ],
    examples: [
      'specc ablate specs/table6.train.yaml',
      'specc ablate specs/table6.train.yaml --seeds 1,2,3,4,5 --launcher local --jobs 4',
      'specc ablate specs/table6.train.yaml --launcher slurm --partition gpu --gres gpu:1 --time 4:00:00',
    ],
    load: () => import('./commands/ablate.ts'),
  },
  {
    usage: 'ablate-run <plan> <runs...>',
    group: 'Train',
    summary: 'train single runs of the plan of an ablation: what launchers start',
    options: [ENGINE, ['--threads <count>', 'of the engine; all unless told']],
    choices: { engine: ENGINE_CHOICES },
    exits: [
      [0, 'the runs are trained'],
      [1, 'one failed'],
      [75, 'another process has one'],
      [130, 'interrupted, and saved'],
    ],
    examples: ['specc ablate-run runs/table6.ablation/ablation.json 3f2a90b1c4d5'],
    load: () => import('./commands/ablate-run.ts'),
  },
  {
    usage: 'eval <run>',
    group: 'Train',
    summary: 'measure a trained run on its validation images or another folder; ends with 1 if some could not be read',
    options: [ENGINE, ['--data <folder>', 'a folder with one folder of images for each class'], CHECKPOINT, TABLE],
    choices: { engine: ENGINE_CHOICES, checkpoint: CHECKPOINTS, format: ['table', 'json'] },
    examples: ['specc eval runs/ddrnet --data data/blood-cells/TEST'],
    load: () => import('./commands/evaluate.ts'),
  },
  {
    usage: 'predict <run> <images...>',
    group: 'Train',
    summary: 'classify images, or folders of them, with a trained run; ends with 1 if some could not be read',
    options: [ENGINE, CHECKPOINT, TABLE],
    choices: { engine: ENGINE_CHOICES, checkpoint: CHECKPOINTS, format: ['table', 'json'] },
    examples: ['specc predict runs/ddrnet cell.jpeg other.png', 'specc predict runs/ddrnet smears/ --format json'],
    load: () => import('./commands/predict.ts'),
  },
  {
    usage: 'export <model>',
    group: 'Train',
    summary: 'write FILE[#Model] or a run with its weights as an ONNX file, for other runtimes',
    options: [
      ['--to <format>', 'what to write', 'onnx'],
      ['-o, --out <file>', 'where to; the model with .onnx unless told'],
      SET,
      VARIANT,
      ['--seed <number>', 'weights as training from this seed starts with; 1 unless told'],
      ['--weights <from>', 'weights of a run, a checkpoint (checkpoints/best.json) or a .safetensors file'],
      ['--checkpoint <which>', 'which weights of a run', 'best'],
      ['--batch <count>', 'take this many examples at a time; any number unless told'],
      ['--input-layout <order>', 'where images have their channels', 'channels-last'],
      ['--output-layout <order>', 'the same for outputs that are images', 'channels-last'],
      ['--fold', 'fold batch normalisation into the convolution before it'],
      ['--opset <version>', 'of the ONNX operators', '17'],
      ['--format <format>', 'how to print', 'pretty'],
    ],
    choices: {
      to: ['onnx'],
      checkpoint: CHECKPOINTS,
      inputLayout: LAYOUTS,
      outputLayout: LAYOUTS,
      opset: ['13', '14', '15', '16', '17', '18'],
      format: ['pretty', 'json'],
    },
    examples: [
      'specc export runs/ddrnet -o ddrnet.onnx',
      'specc export specs/resnet.spec#ResNet18 --set classes=10 --seed 7',
      'specc export specs/net.spec --weights net.safetensors --input-layout channels-first --fold',
    ],
    load: () => import('./commands/export.ts'),
  },
  {
    usage: 'synth <folder>',
    group: 'Train',
    summary: 'draw a labelled set of blood-cell images to try training with',
    options: [
      ['--per-class <count>', 'images of each class', '150'],
      ['--size <pixels>', 'height and width', '64'],
      ['--seed <number>', 'another seed draws other images', '1'],
    ],
    examples: ['specc synth data/drawn --per-class 200'],
    load: () => import('./commands/synth.ts'),
  },
  {
    usage: 'summary <model>',
    group: 'Look',
    summary: 'list the layers of FILE[#Model] with shapes, parameters and cost',
    options: [
      SET,
      VARIANT,
      ['--format <format>', 'how to print', 'table'],
      ['--depth <levels>', 'show blocks down to this level only'],
      ['--batch <images>', 'estimate the memory of this many images at once'],
      ['--recompute <pattern...>', 'estimate the memory of training that computes these blocks again; may be repeated'],
    ],
    choices: { format: ['table', 'json', 'md'] },
    examples: [
      'specc summary specs/ddrnet.spec#DDRNet --set size=64 --depth 2',
      'specc summary specs/ddrnet.spec --batch 16 --recompute local',
      'specc summary specs/ddrnet.spec --variant "Table6/Conv + DRDB"',
    ],
    load: () => import('./commands/summary.ts'),
  },
  {
    usage: 'variants <file> [ablation]',
    group: 'Look',
    summary: 'list the variants of the ablations of FILE with what they cost and change, before anything runs',
    options: [SET, TABLE],
    choices: { format: ['table', 'json', 'md'] },
    examples: ['specc variants specs/ddrnet.spec', 'specc variants specs/ddrnet.spec Table6 --set size=64 --format md'],
    load: () => import('./commands/variants.ts'),
  },
  {
    usage: 'graph <model>',
    group: 'Look',
    summary: 'draw FILE[#Model]: blocks, layers, shapes and what they cost; or all models of a folder, with an index',
    options: [
      ['--format <format>', 'what to draw; svg unless told, of a folder html'],
      ['-o, --out <file>', 'where to; printed unless told'],
      SET,
      VARIANT,
      ['--depth <levels>', 'open blocks down to this level; as many as fit on a page unless told'],
      ['--no-fold', 'draw every round of what repeats, not one with ×N'],
      ['--color <cost>', 'shade boxes by their share of this cost, with a legend'],
    ],
    choices: { format: ['svg', 'mermaid', 'html'], color: ['memory', 'macs', 'params'] },
    examples: [
      'specc graph specs/ddrnet.spec -o ddrnet.svg',
      'specc graph specs/ddrnet.spec --format html -o ddrnet.html',
      'specc graph specs/resnet.spec#ResNet50 --depth 2 --format mermaid',
      'specc graph specs/ddrnet.spec --color macs -o cost.svg',
      'specc graph specs -o site',
    ],
    load: () => import('./commands/graph.ts'),
  },
  {
    usage: 'diff [sides...]',
    group: 'Look',
    summary: 'compare architectures: FILE[#Model], a folder, or REV:PATH of git on either side',
    options: [
      ['--base <rev>', 'compare the working tree, or files of it, with this revision'],
      ['--variant <name...>', 'compare this variant: with its base, on both sides, or with a second one'],
      SET,
      ['--format <format>', 'how to print', 'text'],
      ['--depth <levels>', 'show blocks down to this level only'],
      ['--all', 'list the layers of new and gone blocks, and every weight'],
      ['--exit-code', 'end with 1 if anything differs'],
      ['--budget <what=limit...>', 'fail if a model takes more than so much more: params=+5%, macs=+0, memory=+10%'],
      ['--weight-map <file>', 'write the weight map that takes an old checkpoint over'],
      ['-o, --out <file>', 'where to; printed unless told'],
      ['--path <path>', 'where the compared copies stand in the project'],
      ['--textconv', 'print the architecture of one file, a line a layer and an attribute, for git to compare'],
    ],
    choices: { format: ['text', 'md', 'json', 'svg'] },
    examples: [
      'specc diff HEAD~1:specs/ddrnet.spec specs/ddrnet.spec',
      'specc diff specs/resnet.spec#ResNet18 specs/resnet.spec#ResNet50',
      'specc diff --base main... --format md',
      "specc diff specs/ddrnet.spec --variant 'Table6/Conv + DRDB'",
    ],
    load: () => import('./commands/diff.ts'),
  },
  {
    usage: 'weights list <model>',
    group: 'Weights',
    summary: 'list every weight of FILE[#Model]: path, shape, whether it is trained, how it starts',
    options: [SET, VARIANT, TABLE],
    choices: { format: ['table', 'json'] },
    examples: ['specc weights list specs/ddrnet.spec', 'specc weights list specs/resnet.spec#ResNet18 --format json'],
    load: () => import('./commands/weights-list.ts'),
  },
  {
    usage: 'weights save <model>',
    group: 'Weights',
    summary: 'write the weights of FILE[#Model] to a safetensors file: seeded ones, or those of a run',
    options: [
      SET,
      VARIANT,
      OUT_FILE,
      ['--from <run>', 'the weights of this run, checkpoint or safetensors file'],
      ['--seed <number>', 'the weights that a training with this seed starts from'],
      ['--map <file>', 'under the names and in the layouts that this weight map is for'],
    ],
    examples: [
      'specc weights save specs/ddrnet.spec -o start.safetensors --seed 3',
      'specc weights save specs/resnet.spec#ResNet18 --from runs/cells --map specs/zoo/torchvision/resnet18.yaml -o cells.safetensors',
    ],
    load: () => import('./commands/weights-save.ts'),
  },
  {
    usage: 'weights load <model> <file>',
    group: 'Weights',
    summary:
      'take a safetensors file of another program, or an earlier run, into the paths and layouts of FILE[#Model]',
    options: [
      SET,
      VARIANT,
      OUT_FILE,
      ['--map <file>', 'the weight map that says where each tensor belongs'],
      ['--partial', 'write what fits, and tell what does not'],
    ],
    examples: [
      'specc weights load specs/resnet.spec#ResNet18 resnet18.safetensors --map specs/zoo/torchvision/resnet18.yaml -o start.safetensors',
      'specc weights load specs/net.spec runs/old --map renamed.yaml -o start.safetensors',
    ],
    load: () => import('./commands/weights-load.ts'),
  },
  {
    usage: 'explain [code]',
    group: 'Look',
    summary: 'explain a diagnostic, with a wrong and a right example',
    examples: ['specc explain config-unknown-key'],
    load: () => import('./commands/explain.ts'),
  },
];
