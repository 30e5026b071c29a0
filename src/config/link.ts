/**
 * Links a valid configuration to the model that it names: in, the configuration and a way to read files; out, the
 * model's graph and the plan. Whether the images are there is left to `check-data.ts`, when training starts.
 */
import { type Compilation, compile, elaborate, type Loader } from '../compiler/compile.ts';
import { type Constant, type Graph, type Shape, shapeOf } from '../compiler/graph.ts';
import { elaborateVariant } from '../compiler/variants/index.ts';
import type { LayerItem } from '../dsl/ast.ts';
import { type Diagnostic, diagnostic, hasErrors, type Outcome } from '../dsl/diagnostic.ts';
import type { Span } from '../dsl/source.ts';
import { didYouMean, suggest } from '../shared/suggest.ts';
import { type ChosenVariant, chooseVariant } from './ablation.ts';
import type { TrainingConfig } from './config.ts';
import { type ConfigNode, keySpanAt, nodeAt, valueSpanAt } from './config-tree.ts';
import { checkParameters } from './parameters.ts';
import { resolveFrom } from './paths.ts';

/** Reads files, and knows their names for suggestions. */
export interface ConfigLoader extends Loader {
  /** The names of the files in a folder; empty where there is none. */
  list?(folder: string): readonly string[];
  /** Compiles what was read, where this is not done anew each time. */
  compile?(path: string, text: string): Compilation;
}

export interface LinkedModel {
  /** The specification as reached from the working directory. */
  readonly spec: string;
  readonly name: string;
  readonly graph: Graph;
  readonly image: readonly [number, number, number];
  /** How many classes the model tells apart. */
  readonly classes: number;
  /** The ablation that the configuration names, and the variant that the graph is of. */
  readonly chosen: ChosenVariant;
}

export function linkModel(
  config: TrainingConfig,
  root: ConfigNode,
  folder: string,
  loader: ConfigLoader,
): Outcome<LinkedModel | undefined> {
  const fail = (...diagnostics: readonly Diagnostic[]): Outcome<undefined> => ({ value: undefined, diagnostics });
  const span = valueSpanAt(root, ['model']);
  const [written = '', wanted] = config.model.split('#');
  const spec = resolveFrom(folder, written);
  const text = loader.read(spec);
  if (text === undefined) return fail(missingSpec(spec, span, loader));

  const compilation = loader.compile?.(spec, text) ?? compile(spec, text, loader);
  if (hasErrors(compilation.diagnostics)) return fail(...compilation.diagnostics);
  const models = config.ablation === undefined ? compilation.models : ablatedModels(compilation);
  const model = chooseModel(compilation, models, wanted, written, span);
  if ('code' in model) return fail(...compilation.diagnostics, model);

  const set = nodeAt(root, ['set']);
  const around = keySpanAt(root, [set ? 'set' : 'model']);
  const unfit = checkParameters(model, set?.kind === 'mapping' ? set : undefined, around);
  if (hasErrors(unfit)) return fail(...compilation.diagnostics, ...unfit);

  const { value: chosen, diagnostics: unknown } = chooseVariant(config, compilation, model.name.text, root);
  if (chosen === undefined) return fail(...compilation.diagnostics, ...unknown);
  const settings: Record<string, Constant> = { ...config.set };
  const { ablation, variant } = chosen;
  const { value: graph, diagnostics } =
    ablation === undefined || variant === undefined
      ? elaborate(compilation, model.name.text, settings)
      : elaborateVariant(compilation, ablation, variant, settings);
  if (graph === undefined) return fail(...diagnostics.map((each) => withSettings(each, compilation, root)));

  const image = imageInput(graph);
  const classes = classOutput(graph, config.training?.auxiliary);
  const name = model.name.text;
  if (typeof image === 'string')
    return fail(...diagnostics, diagnostic('config-model-input', span, { model: name, found: image }));
  if (typeof classes === 'string')
    return fail(...diagnostics, diagnostic('config-model-output', span, { model: name, found: classes }));
  return { value: { spec, name, graph, image, classes, chosen }, diagnostics };
}

/** What is wrong only with this experiment's settings also shows where they are. */
function withSettings(diagnostic: Diagnostic, { diagnostics }: Compilation, root: ConfigNode): Diagnostic {
  if (diagnostics.includes(diagnostic) || nodeAt(root, ['set']) === undefined) return diagnostic;
  const label = { span: keySpanAt(root, ['set']), text: 'with these settings' };
  return { ...diagnostic, labels: [...diagnostic.labels, label] };
}

function missingSpec(path: string, span: Span, loader: ConfigLoader): Diagnostic {
  const [, folder = '', name = ''] = /^(.*?)([^/]*)$/.exec(path) ?? [];
  const specs = (loader.list?.(folder) ?? []).filter((each) => each.endsWith('.spec'));
  const near = suggest(stem(name), specs.map(stem));
  const help = near && `did you mean \`${near}.spec\`?`;
  return diagnostic('config-spec-missing', span, { path }, { help });
}

/** The common ending says nothing about how near two names are. */
function stem(file: string): string {
  return file.replace(/\.spec$/, '');
}

/** The models of the file, and those that it imports and has ablations of. */
function ablatedModels({ project, models }: Compilation): ReadonlyMap<string, LayerItem> {
  const { module, declarations } = project.main;
  const imported = module.items.flatMap((item): [string, LayerItem][] => {
    if (item.kind !== 'ablation') return [];
    const found = declarations.get(item.model.text);
    return found?.kind === 'layer' && found.item.kind === 'model' ? [[item.model.text, found.item]] : [];
  });
  return new Map([...models, ...imported]);
}

function chooseModel(
  { project }: Compilation,
  models: ReadonlyMap<string, LayerItem>,
  wanted: string | undefined,
  spec: string,
  span: Span,
): LayerItem | Diagnostic {
  const names = [...models.keys()];
  if (wanted === undefined) {
    const [only] = models.values();
    return only !== undefined && models.size === 1
      ? only
      : diagnostic('config-model-unnamed', span, { spec, models: names });
  }
  const chosen = models.get(wanted);
  if (chosen !== undefined) return chosen;
  const at = span.source.text.slice(0, span.end).endsWith(wanted)
    ? span.source.span(span.end - wanted.length, span.end)
    : span;
  const block = project.main.module.items.some((item) => item.kind === 'block' && item.name.text === wanted);
  const help =
    didYouMean(wanted, names) ?? (block ? `\`${wanted}\` is a block; only a \`model\` can be trained` : undefined);
  return diagnostic('config-model-unknown', at, { name: wanted, spec, models: names }, { help });
}

/** The image's [H, W, C], or what the model takes instead. */
function imageInput(graph: Graph): readonly [number, number, number] | string {
  const [input, ...others] = graph.inputs.map(({ name, value }) => ({ name, shape: shapeOf(graph, value) }));
  if (input === undefined) return 'it has no input';
  if (others.length > 0) return `it has ${others.length + 1} inputs`;
  const [height, width, channels, ...rest] = input.shape;
  if (height === undefined || width === undefined || channels === undefined || rest.length > 0) {
    return `its input \`${input.name}\` is ${shapeText(input.shape)}`;
  }
  return channels === 1 || channels === 3
    ? [height, width, channels]
    : `its input \`${input.name}\` is ${shapeText(input.shape)}, an image of ${channels} channels`;
}

/** How many classes the first output tells apart, which all others have to learn, too. */
function classOutput(graph: Graph, auxiliary: { readonly [output: string]: number } = {}): number | string {
  const [output, ...others] = graph.outputs.map(({ value }) => shapeOf(graph, value));
  if (output === undefined) return 'it has no output';
  const [classes, ...rest] = output;
  for (const [at, shape] of others.entries()) {
    const { name } = graph.outputs[at + 1]!;
    if (!Object.hasOwn(auxiliary, name)) {
      return `it has ${others.length + 1} outputs, and \`training.auxiliary\` gives \`${name}\` no weight`;
    }
    if (shape.join() !== output.join()) {
      return `its output \`${name}\` is ${shapeText(shape)}, and not ${shapeText(output)} as the first one`;
    }
  }
  if (classes === undefined || rest.length > 0) return `its output is ${shapeText(output)}`;
  return classes < 2 ? `its output ${shapeText(output)} leaves nothing to choose from` : classes;
}

function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
