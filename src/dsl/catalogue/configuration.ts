import { entry } from './entry.ts';

/** A configuration that is right in all respects; the examples below change or leave out a line of it. */
const MODEL = 'model: net.spec#Net\n';
const DATA = 'data: { synthetic: {} }\n';

/** Mistakes in a training configuration (`*.train.yaml`) and in what `--set` changes of it. The examples are YAML. */
export const configuration = {
  'config-syntax': entry<{ problem: string }>({
    severity: 'error',
    message: ({ problem }) => problem,
    why: 'A training configuration is YAML: keys and values, each level indented with spaces.',
    wrong: `${MODEL}data:\n\tsynthetic: {}\n`,
    right: `${MODEL}data:\n  synthetic: {}\n`,
  }),
  'config-empty': entry<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `${path} says nothing`,
    help: () => 'the least that a training configuration needs is `model: FILE.spec` and `data: { synthetic: {} }`',
    why: 'A training configuration names at least a model and where its images come from.',
    wrong: '# model: net.spec#Net\n',
    right: MODEL + DATA,
  }),
  'config-duplicate-key': entry<{ key: string }>({
    severity: 'error',
    message: ({ key }) => `\`${key}\` is given twice`,
    help: () => 'keep the one that you mean',
    why: 'Of two values for one key only one could be used, and a reader could not tell which.',
    wrong: `${MODEL}${DATA}training:\n  epochs: 3\n  epochs: 30\n`,
    right: `${MODEL}${DATA}training:\n  epochs: 30\n`,
  }),
  'config-duplicate-item': entry<{ field: string; item: string }>({
    severity: 'error',
    message: ({ field, item }) => `\`${field}\` lists ${item} twice`,
    why: 'Each class stands for one output of the model.',
    wrong: `${MODEL}data: { synthetic: {}, classes: [a, b, c, a] }\n`,
    right: `${MODEL}data: { synthetic: {}, classes: [a, b, c, d] }\n`,
  }),
  'config-unknown-key': entry<{ key: string; within: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ key, within }) =>
      within === '' ? `there is no field \`${key}\`` : `\`${within}\` has no field \`${key}\``,
    help: ({ known }) => `the fields here are ${known.map((each) => `\`${each}\``).join(', ')}`,
    why: 'An unknown field would have no effect, so a misspelt one would silently leave the default in place.',
    wrong: `${MODEL}${DATA}training: { epoch: 3 }\n`,
    right: `${MODEL}${DATA}training: { epochs: 3 }\n`,
  }),
  'config-missing-key': entry<{ key: string; within: string; example: string | undefined }>({
    severity: 'error',
    message: ({ key, within }) =>
      within === '' ? `the field \`${key}\` is missing` : `\`${within}\` needs the field \`${key}\``,
    help: ({ key, example }) => (example === undefined ? `add \`${key}: …\`` : `add it, as in \`${key}: ${example}\``),
    why: 'Some fields have no sensible default: which model to train, on which images.',
    wrong: DATA,
    right: MODEL + DATA,
  }),
  'config-type': entry<{ field: string; expected: string; found: string }>({
    severity: 'error',
    message: ({ field, expected, found }) => {
      if (field === '') return `a training configuration is ${expected}, but this is ${found}`;
      return found === 'nothing'
        ? `\`${field}\` has no value; it takes ${expected}`
        : `\`${field}\` must be ${expected}, not ${found}`;
    },
    why: 'Each field takes a value of one kind: a number, a text, a list, or a mapping with fields of its own.',
    wrong: `${MODEL}${DATA}training: { epochs: many }\n`,
    right: `${MODEL}${DATA}training: { epochs: 30 }\n`,
  }),
  'config-choice': entry<{ field: string; value: string; choices: readonly string[] }>({
    severity: 'error',
    message: ({ field, value }) => `\`${field}\` cannot be \`${value}\``,
    help: ({ choices }) => `it is one of ${choices.map((each) => `\`${each}\``).join(', ')}`,
    why: 'The field takes one of a few words.',
    wrong: `${MODEL}${DATA}training: { optimizer: adamw }\n`,
    right: `${MODEL}${DATA}training: { optimizer: adam }\n`,
  }),
  'config-range': entry<{ field: string; requirement: string; value: string }>({
    severity: 'error',
    message: ({ field, requirement, value }) => `\`${field}\` must be ${requirement}, not ${value}`,
    why: 'A value outside this range has no meaning for training.',
    wrong: `${MODEL}${DATA}training: { batch: 0 }\n`,
    right: `${MODEL}${DATA}training: { batch: 16 }\n`,
  }),
  'config-alternatives': entry<{ within: string; keys: readonly string[]; given: readonly string[] }>({
    severity: 'error',
    message: ({ within, keys, given }) => {
      const where = within === '' ? 'the file' : `\`${within}\``;
      return given.length > 1
        ? `${where} has both ${quotedList(given, 'and')}, of which there can be one`
        : `${where} needs ${quotedList(keys, 'or')}`;
    },
    help: ({ given }) => (given.length > 1 ? 'leave out the one that you do not mean' : 'add one of them'),
    why: 'The two fields are different answers to one question.',
    wrong: `${MODEL}data: { train: cells, synthetic: {} }\n`,
    right: `${MODEL}data: { train: cells }\n`,
  }),
  'config-override': entry<{ argument: string }>({
    severity: 'error',
    message: ({ argument }) => `\`--set ${argument}\` does not say what to set to what`,
    help: () =>
      'write `--set NAME=VALUE` for a parameter of the model, `--set training.epochs=3` for a field of the configuration',
    why: 'An override on the command line is a name, an equals sign and a value.',
    wrong: 'specc train ddrnet.train.yaml --set epochs\n',
    right: 'specc train ddrnet.train.yaml --set training.epochs=3\n',
  }),
  'config-spec-missing': entry<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `there is no file '${path}'`,
    help: () => 'the path is relative to the configuration that names it',
    why: 'The model to train is defined in a specification, which must be there to be checked and compiled.',
    wrong: `model: nets.spec#Net\n${DATA}`,
    right: MODEL + DATA,
  }),
  'config-model-unknown': entry<{ name: string; spec: string; models: readonly string[] }>({
    severity: 'error',
    message: ({ name, spec }) => `'${spec}' has no model \`${name}\``,
    help: ({ models }) =>
      models.length === 0
        ? 'the file defines no model: only a `model` can be trained, a `block` is a part of one'
        : `its models are ${quotedList(models, 'and')}`,
    why: 'The name after `#` is that of a `model` in the specification.',
    wrong: `model: net.spec#Network\n${DATA}`,
    right: MODEL + DATA,
  }),
  'config-model-unnamed': entry<{ spec: string; models: readonly string[] }>({
    severity: 'error',
    message: ({ spec, models }) =>
      models.length === 0
        ? `'${spec}' defines no model`
        : `'${spec}' has ${models.length} models, and this does not say which`,
    help: ({ spec, models }) =>
      models.length === 0
        ? 'only a `model` can be trained; a `block` is a part of one'
        : `name it: ${models.map((each) => `\`${spec}#${each}\``).join(' or ')}`,
    why: 'A specification with one model needs no name after its path; one with several does.',
    wrong: `model: pair.spec\n${DATA}`,
    right: `model: pair.spec#First\n${DATA}`,
  }),
  'config-parameter-unknown': entry<{ name: string; model: string; parameters: readonly string[] }>({
    severity: 'error',
    message: ({ name, model }) => `the model ${model} has no parameter \`${name}\``,
    help: ({ parameters }) =>
      parameters.length === 0 ? 'it has no parameters at all' : `its parameters are ${quotedList(parameters, 'and')}`,
    why: '`set` gives values to the parameters in the first parentheses of the `model`.',
    wrong: `${MODEL}set: { clases: 4 }\n${DATA}`,
    right: `${MODEL}set: { classes: 4 }\n${DATA}`,
  }),
  'config-parameter-type': entry<{ name: string; type: string; found: string }>({
    severity: 'error',
    message: ({ name, type, found }) => `the parameter \`${name}\` is ${type}, but this is ${found}`,
    why: 'A value in `set` must be of the type that the model declares for the parameter.',
    wrong: `${MODEL}set: { classes: four }\n${DATA}`,
    right: `${MODEL}set: { classes: 4 }\n${DATA}`,
  }),
  'config-parameter-missing': entry<{ name: string; model: string; type: string }>({
    severity: 'error',
    message: ({ name, model }) => `the model ${model} needs a value for its parameter \`${name}\``,
    help: ({ name, type }) => `it is ${type} and has no default: add \`${name}\` to \`set\``,
    why: 'A parameter without a default must be given a value before the model has any shapes.',
    wrong: `model: open.spec#Open\n${DATA}`,
    right: `model: open.spec#Open\nset: { filters: 8 }\n${DATA}`,
  }),
  'config-model-input': entry<{ model: string; found: string }>({
    severity: 'error',
    message: ({ model, found }) => `the model ${model} cannot be trained on images: ${found}`,
    help: () => 'training feeds one image [H, W, C] at a time, with C = 3 for colour or 1 for grey',
    why: 'A training configuration describes image classification: one image in, one score for each class out.',
    wrong: `model: shapes.spec#Series\n${DATA}`,
    right: MODEL + DATA,
  }),
  'config-model-output': entry<{ model: string; found: string }>({
    severity: 'error',
    message: ({ model, found }) => `the model ${model} does not classify: ${found}`,
    help: () => 'training compares one output [classes], of at least two classes, with the class of the image',
    why: 'A training configuration describes image classification: one image in, one score for each class out.',
    wrong: `model: shapes.spec#Map\n${DATA}`,
    right: MODEL + DATA,
  }),
  'config-auxiliary-unknown': entry<{ name: string; model: string; outputs: readonly string[] }>({
    severity: 'error',
    message: ({ name, model }) => `\`${model}\` has no further output \`${name}\``,
    help: ({ outputs }) =>
      outputs.length === 0
        ? 'it has one output; leave `training.auxiliary` out'
        : `its outputs besides the first are ${outputs.join(', ')}`,
    why: '`training.auxiliary` weighs the losses of the outputs that a model has besides its first.',
    wrong: `model: deep.spec#Deep\n${DATA}training: { auxiliary: { early: 0.3, earlier: 0.1 } }\n`,
    right: `model: deep.spec#Deep\n${DATA}training: { auxiliary: { early: 0.3 } }\n`,
  }),
  'config-ablation-unknown': entry<{
    name: string;
    model: string;
    spec: string;
    ablations: readonly string[];
  }>({
    severity: 'error',
    message: ({ name, model, spec }) => `'${spec}' has no ablation \`${name}\` of \`${model}\``,
    help: ({ model, ablations }) =>
      ablations.length === 0
        ? `it has none of this model; write one: \`ablation NAME of ${model} { … }\``
        : `those of this model are ${quotedList(ablations, 'and')}`,
    why: 'The variants that `specc ablate` trains are made by an `ablation` in the specification of the model.',
    wrong: `model: parts.spec\n${DATA}ablation: { variants: Table }\n`,
    right: `model: parts.spec\n${DATA}ablation: { variants: Parts }\n`,
  }),
  'config-ablation-unnamed': entry<{ model: string; spec: string; ablations: readonly string[] }>({
    severity: 'error',
    message: ({ model, spec, ablations }) =>
      ablations.length === 0
        ? `'${spec}' has no ablation of \`${model}\``
        : `'${spec}' has ${ablations.length} ablations of \`${model}\`, and this does not say which`,
    help: ({ model, ablations }) =>
      ablations.length === 0
        ? `write one in the specification: \`ablation NAME of ${model} { … }\``
        : `name it: ${ablations.map((each) => `\`variants: ${each}\``).join(' or ')}`,
    why: 'A specification with one ablation of the model needs no name for it; one with several does.',
    wrong: `${MODEL}${DATA}ablation: { seeds: [1, 2] }\n`,
    right: `model: parts.spec\n${DATA}ablation: { seeds: [1, 2] }\n`,
  }),
  'config-variant-unknown': entry<{ name: string; ablation: string; variants: readonly string[] }>({
    severity: 'error',
    message: ({ name, ablation }) => `the ablation \`${ablation}\` has no variant \`${name}\``,
    help: ({ variants }) => `its variants are ${quotedList(variants, 'and')}`,
    why: 'A variant is named as the ablation names it, or by that name in lower case with hyphens.',
    wrong: `model: parts.spec\n${DATA}ablation: { variant: shallower }\n`,
    right: `model: parts.spec\n${DATA}ablation: { variant: shallow }\n`,
  }),
  'config-class-count': entry<{ found: string; model: string; outputs: number }>({
    severity: 'error',
    message: ({ found, model, outputs }) => `${found}, but the model ${model} tells ${outputs} apart`,
    why: "The model's output has one score for each class, so the two numbers must be the same.",
    wrong: `${MODEL}data: { synthetic: {}, classes: [a, b, c] }\n`,
    right: `${MODEL}data: { synthetic: {}, classes: [a, b, c, d] }\n`,
  }),
  'config-channels': entry<{ field: string; count: number; channels: number }>({
    severity: 'error',
    message: ({ field, count, channels }) =>
      `\`${field}\` has ${count} ${count === 1 ? 'number' : 'numbers'}, but the model's images have ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
    help: ({ channels }) => `give ${channels === 1 ? 'one number' : `${channels} numbers`}, one for each channel`,
    why: 'Each channel is standardised by its own mean and standard deviation.',
    wrong: `${MODEL}data: { synthetic: {}, normalize: { mean: [0.5], std: [0.5, 0.5, 0.5] } }\n`,
    right: `${MODEL}data: { synthetic: {}, normalize: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } }\n`,
  }),
  'config-order': entry<{ field: string; low: number; high: number }>({
    severity: 'error',
    message: ({ field, low, high }) => `\`${field}\` runs from ${low} down to ${high}`,
    help: ({ low, high }) => `write the smaller number first: [${high}, ${low}]`,
    why: 'A range is its smallest and its largest value.',
    wrong: `${MODEL}data: { synthetic: {}, augment: { zoom: [1.2, 0.8] } }\n`,
    right: `${MODEL}data: { synthetic: {}, augment: { zoom: [0.8, 1.2] } }\n`,
  }),
  'config-micro-batch': entry<{ part: number; batch: number; near: readonly number[] }>({
    severity: 'error',
    message: ({ part, batch }) => `a batch of ${batch} cannot be divided into micro-batches of ${part}`,
    help: ({ near }) => `${near.join(' or ')} would divide it; \`auto\` takes the largest that fits into memory`,
    why: 'The gradients of equal parts of a batch are added up, so that the update is that of the whole batch.',
    wrong: `${MODEL}${DATA}training: { batch: 128, micro_batch: 20 }\n`,
    right: `${MODEL}${DATA}training: { batch: 128, micro_batch: 16 }\n`,
  }),
  'config-recompute-nothing': entry<{
    pattern: string;
    model: string;
    other: string | undefined;
    near: readonly string[];
  }>({
    severity: 'error',
    message: ({ pattern, model, other }) =>
      other === undefined
        ? `no block of ${model} has the path \`${pattern}\``
        : `\`${other}\` is no block of ${model}, and only blocks are computed again`,
    help: ({ near }) =>
      near.length === 0
        ? 'name a block around it; `specc summary` shows the blocks with what is in them'
        : `there is ${quotedList(near, 'and')}; \`specc summary\` shows all blocks`,
    why: 'Activations within the blocks that `recompute` names are not kept. A pattern that names none would save nothing.',
    wrong: `model: units.spec\n${DATA}training: { recompute: [Units] }\n`,
    right: `model: units.spec\n${DATA}training: { recompute: ['Unit*'] }\n`,
  }),
  'config-data-missing': entry<{ field: string; path: string; what: string }>({
    severity: 'error',
    message: ({ path, what }) => `there is no ${what} '${path}'`,
    help: ({ field }) =>
      `\`${field}\` is relative to the configuration that names it; to use another on this machine only, add \`--set ${field}=PATH\``,
    why: 'Checked when training starts, because the images need not be on the machine where the model is written.',
    wrong: `${MODEL}data: { train: cell }\n`,
    right: `${MODEL}data: { train: cells }\n`,
  }),
};

function quotedList(names: readonly string[], last: 'and' | 'or'): string {
  const quoted = names.map((each) => `\`${each}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`;
}
