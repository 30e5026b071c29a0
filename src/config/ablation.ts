/** The part of a configuration that says what `specc ablate` trains, linked to the ablations of the specification. */
import type { Compilation } from '../compiler/compile.ts';
import { type Ablation, ablationsOf, isMeant, type Variant } from '../compiler/variants/index.ts';
import { type Diagnostic, diagnostic, hasErrors, type Outcome } from '../dsl/diagnostic.ts';
import { didYouMean, didYouMeanOneOf, nearNames } from '../shared/suggest.ts';
import type { AblationConfig, TrainingConfig } from './config.ts';
import { type ConfigNode, keySpanAt, valueSpanAt } from './config-tree.ts';
import type { Resolve } from './defaults.ts';

/** Both undefined where the configuration has no `ablation`; without a variant, the model itself is meant. */
export interface ChosenVariant {
  readonly ablation: Ablation | undefined;
  readonly variant: Variant | undefined;
}

export interface AblationSettings {
  /** Of the experiment, whichever variant this is. */
  readonly name: string;
  readonly ablation: Ablation;
  readonly seeds: readonly number[];
  /** Undefined: all weights are seeded; `base`: shared ones are those of the trained base; else a run's. */
  readonly warmStart: 'base' | { readonly run: string } | undefined;
}

const DEFAULT_SEEDS = [1, 2, 3];

export function chooseVariant(
  { ablation: config, model: written }: TrainingConfig,
  compilation: Compilation,
  model: string,
  root: ConfigNode,
): Outcome<ChosenVariant | undefined> {
  if (config === undefined) return { value: { ablation: undefined, variant: undefined }, diagnostics: [] };
  const { value: all, diagnostics } = ablationsOf(compilation);
  const spec = written.split('#')[0] ?? '';
  const { value: ablation, diagnostics: unknown } = chooseAblation(config, all, { model, spec }, root);
  // One whose common settings are wrong is in no list.
  if (ablation === undefined) return { value: undefined, diagnostics: hasErrors(diagnostics) ? diagnostics : unknown };
  if (config.variant === undefined) {
    const broken = ablation.broken.flatMap((each) => each.diagnostics);
    return { value: hasErrors(broken) ? undefined : { ablation, variant: undefined }, diagnostics: broken };
  }
  const variant = variantNamed(ablation, config.variant);
  if (variant !== undefined) return { value: { ablation, variant }, diagnostics: [] };
  return { value: undefined, diagnostics: withoutVariant(ablation, config.variant, root) };
}

/** By its name, its slug, or either with the ablation: `Table6/Conv + DRDB`. */
function variantNamed(ablation: Ablation, wanted: string): Variant | undefined {
  const known = [ablation.base, ...ablation.variants];
  return (
    known.find(({ name }) => isMeant(wanted, ablation, name)) ??
    known.find(({ slug }) => isMeant(wanted, ablation, slug))
  );
}

/** What is wrong with the variant, or that there is none of this name. */
function withoutVariant(ablation: Ablation, wanted: string, root: ConfigNode): readonly Diagnostic[] {
  const { base, variants, broken } = ablation;
  const wrong = broken
    .filter(({ names }) => names.some((name) => isMeant(wanted, ablation, name)))
    .flatMap((each) => each.diagnostics);
  if (wrong.length > 0) return wrong;
  const names = [base, ...variants].map((each) => each.name);
  const qualified = names.map((each) => `${ablation.name}/${each}`);
  const span = valueSpanAt(root, ['ablation', 'variant']);
  const args = { name: wanted, ablation: ablation.name, variants: names };
  const help = didYouMeanOneOf(nearNames(wanted, wanted.includes('/') ? qualified : names));
  // A sweep that is broken would have made it, perhaps.
  const others = broken.filter(({ names }) => names.length === 0).flatMap((each) => each.diagnostics);
  return [diagnostic('config-variant-unknown', span, args, { help }), ...others];
}

function chooseAblation(
  { variants: wanted, variant }: AblationConfig,
  all: readonly Ablation[],
  { model, spec }: { readonly model: string; readonly spec: string },
  root: ConfigNode,
): Outcome<Ablation | undefined> {
  const fitting = all.filter((each) => each.model === model);
  const names = fitting.map(({ name }) => name);
  if (wanted === undefined) {
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) return { value: only, diagnostics: [] };
    const meant = fitting.find(({ name }) => variant?.startsWith(`${name}/`));
    if (meant !== undefined) return { value: meant, diagnostics: [] };
    const span = keySpanAt(root, ['ablation']);
    return {
      value: undefined,
      diagnostics: [diagnostic('config-ablation-unnamed', span, { model, spec, ablations: names })],
    };
  }
  const found = fitting.find(({ name }) => name === wanted);
  if (found !== undefined) return { value: found, diagnostics: [] };
  const span = valueSpanAt(root, ['ablation', 'variants']);
  const other = all.find(({ name }) => name === wanted)?.model;
  const help =
    other === undefined ? didYouMean(wanted, names) : `it is one of \`${other}\`: write \`model: ${spec}#${other}\``;
  const args = { name: wanted, model, spec, ablations: names };
  return { value: undefined, diagnostics: [diagnostic('config-ablation-unknown', span, args, { help })] };
}

export function ablationSettings(
  name: string,
  config: AblationConfig | undefined,
  { ablation }: ChosenVariant,
  resolve: Resolve,
): AblationSettings | undefined {
  if (config === undefined || ablation === undefined) return undefined;
  const { seeds = DEFAULT_SEEDS, warm_start: warm = false } = config;
  const warmStart =
    typeof warm === 'string' ? { run: resolve('ablation.warm_start', warm) } : warm ? ('base' as const) : undefined;
  return { name, ablation, seeds, warmStart };
}
