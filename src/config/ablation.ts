/** The part of a configuration that says what `specc ablate` trains, linked to the ablations of the specification. */
import type { Compilation } from '../compiler/compile.ts';
import { type Ablation, ablationsOf, type Variant } from '../compiler/variants/index.ts';
import { diagnostic, hasErrors, type Outcome } from '../dsl/diagnostic.ts';
import { didYouMean } from '../shared/suggest.ts';
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
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };

  const spec = written.split('#')[0] ?? '';
  const ablation = chooseAblation(config, all, { model, spec }, root);
  if (ablation.value === undefined || config.variant === undefined) {
    const value = ablation.value && { ablation: ablation.value, variant: undefined };
    return { value, diagnostics: ablation.diagnostics };
  }
  const { base, variants, name } = ablation.value;
  const known = [base, ...variants];
  const variant = known.find((each) => each.name === config.variant || each.slug === config.variant);
  if (variant !== undefined) return { value: { ablation: ablation.value, variant }, diagnostics: [] };
  const names = known.map((each) => each.name);
  const span = valueSpanAt(root, ['ablation', 'variant']);
  const args = { name: config.variant, ablation: name, variants: names };
  const problem = diagnostic('config-variant-unknown', span, args, { help: didYouMean(config.variant, names) });
  return { value: undefined, diagnostics: [problem] };
}

function chooseAblation(
  { variants: wanted }: AblationConfig,
  all: readonly Ablation[],
  { model, spec }: { readonly model: string; readonly spec: string },
  root: ConfigNode,
): Outcome<Ablation | undefined> {
  const fitting = all.filter((each) => each.model === model);
  const names = fitting.map(({ name }) => name);
  if (wanted === undefined) {
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) return { value: only, diagnostics: [] };
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
