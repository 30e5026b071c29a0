/** The variant that `--variant` names, among those of the ablations of a specification. */
import type { Compilation } from '../compiler/compile.ts';
import type { Ablation, Variant } from '../compiler/variants/index.ts';
import type { LayerItem } from '../dsl/ast.ts';
import { didYouMean } from '../shared/suggest.ts';
import { WrongUse } from './failure.ts';

export interface ChosenVariant {
  readonly ablation: Ablation;
  readonly variant: Variant;
  readonly item: LayerItem;
}

/**
 * @param ablations all that the specification has
 * @param wanted `Conv + DRDB`, its slug, or either with the ablation: `Table6/Conv + DRDB`
 * @param from what messages call the specification, and the one model whose variants are meant
 * @throws WrongUse if none has this name, or several
 */
export function chooseVariant(
  compilation: Compilation,
  ablations: readonly Ablation[],
  wanted: string,
  { path, model }: { readonly path: string; readonly model: string | undefined },
): ChosenVariant {
  if (ablations.length === 0) throw noAblation(path);
  const all = ablations
    .filter((each) => (model ?? each.model) === each.model)
    .flatMap((ablation) =>
      [ablation.base, ...ablation.variants].map((variant) => ({
        ablation,
        variant,
        item: modelOfAblation(compilation, ablation),
      })),
    );
  const found = all.filter(({ ablation, variant }) =>
    [variant.name, variant.slug].some((name) => wanted === name || wanted === `${ablation.name}/${name}`),
  );
  const [first, other] = found;
  if (first !== undefined && other === undefined) return first;
  if (first !== undefined) {
    const named = found.map((each) => `'${qualifiedName(each)}'`).join(', ');
    throw new WrongUse(`'${path}' has ${found.length} variants \`${wanted}\``, `name one of ${named}`);
  }
  const near = didYouMean(wanted, [...all.map(({ variant }) => variant.name), ...all.map(qualifiedName)]);
  const of = model === undefined ? `'${path}'` : `\`${model}\``;
  throw new WrongUse(`${of} has no variant \`${wanted}\``, near ?? `\`specc variants ${path}\` lists them`);
}

/** `Table6/Conv + DRDB` */
export function qualifiedName({ ablation, variant }: Pick<ChosenVariant, 'ablation' | 'variant'>): string {
  return `${ablation.name}/${variant.name}`;
}

/** The ablation was found to be of a model. */
export function modelOfAblation({ project }: Compilation, { model }: Ablation): LayerItem {
  return project.main.declarations.get(model)!.item as LayerItem;
}

export function noAblation(path: string): WrongUse {
  return new WrongUse(`'${path}' has no ablation`, 'docs/language.md tells how to write one, under "Ablations"');
}
