/** The variant that `--variant` names, among those of the ablations of a specification. */
import type { Compilation } from '../compiler/compile.ts';
import { type Ablation, ablationsOf, isMeant, type Variant } from '../compiler/variants/index.ts';
import type { LayerItem } from '../dsl/ast.ts';
import { hasErrors, type Outcome } from '../dsl/diagnostic.ts';
import { didYouMeanOneOf, nearNames } from '../shared/suggest.ts';
import { WrongUse } from './failure.ts';

export interface ChosenVariant {
  readonly ablation: Ablation;
  readonly variant: Variant;
  readonly item: LayerItem;
}

/**
 * Nothing but what is wrong with the variant where it is broken; what is wrong with others does not matter.
 *
 * @param wanted `Conv + DRDB`, its slug, or either with the ablation: `Table6/Conv + DRDB`
 * @param from what messages call the specification, and the one model whose variants are meant
 * @throws WrongUse if none has this name, or several
 */
export function chooseVariant(
  compilation: Compilation,
  wanted: string,
  { path, model }: { readonly path: string; readonly model: string | undefined },
): Outcome<ChosenVariant | undefined> {
  const { value: ablations, diagnostics } = ablationsOf(compilation);
  if (ablations.length === 0) {
    if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
    throw noAblation(path);
  }
  const fitting = ablations.filter((each) => (model ?? each.model) === each.model);
  const all = fitting.flatMap((ablation) =>
    [ablation.base, ...ablation.variants].map((variant) => ({
      ablation,
      variant,
      item: modelOfAblation(compilation, ablation),
    })),
  );
  const found = all.filter(({ ablation, variant }) =>
    [variant.name, variant.slug].some((name) => isMeant(wanted, ablation, name)),
  );
  const [first, other] = found;
  if (first !== undefined && other === undefined) return { value: first, diagnostics: [] };
  if (first !== undefined) {
    const named = found.map((each) => `'${qualifiedName(each)}'`).join(', ');
    throw new WrongUse(`'${path}' has ${found.length} variants \`${wanted}\``, `name one of ${named}`);
  }
  const broken = fitting.flatMap((ablation) =>
    ablation.broken.filter(({ names }) => names.some((name) => isMeant(wanted, ablation, name))),
  );
  if (broken.length > 0) return { value: undefined, diagnostics: broken.flatMap((each) => each.diagnostics) };
  const names = wanted.includes('/') ? all.map(qualifiedName) : [];
  const near = didYouMeanOneOf(nearNames(wanted, [...all.map(({ variant }) => variant.name), ...names]));
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
