/** One item for the same item of several rounds: what they have in common, the differences listed, costs added up. */
import type { Shape, ValueId } from '../graph.ts';
import type { Attribute } from './attribute-text.ts';
import { severalTexts, shapeText } from './figures.ts';
import type { Block, Item, Picture } from './picture.ts';

/**
 * Merges items of equal structure; the result has the paths and values of the first. `shapes` takes the texts of those
 * values that differ in shape between the items.
 */
export function mergeItems(items: readonly Item[], picture: Picture, shapes: Map<ValueId, string>): Item {
  const [first] = items;
  for (const [slot, value] of first!.outputs.entries()) {
    shapes.set(value, severalShapes(items.map((item) => picture.shapes[item.outputs[slot]!]!)));
  }
  const merged = {
    attributes: first!.attributes.map((attribute, at) => mergeAttribute(attribute, items, at)),
    parameters: sum(items.map(({ parameters }) => parameters)),
    macs: sum(items.map(({ macs }) => macs)),
    activations: sum(items.map(({ activations }) => activations)),
  };
  if (first!.kind === 'operation') return { ...first!, ...merged };
  const blocks = items as readonly Block[];
  return {
    ...first!,
    ...merged,
    operations: sum(blocks.map(({ operations }) => operations)),
    items: first!.items.map((_, at) =>
      mergeItems(
        blocks.map((block) => block.items[at]!),
        picture,
        shapes,
      ),
    ),
  };
}

function mergeAttribute(attribute: Attribute, items: readonly Item[], at: number): Attribute {
  const texts = items.map((item) => item.attributes[at]?.text ?? attribute.text);
  if (texts.every((text) => text === texts[0])) return attribute;
  return { name: attribute.name, text: severalTexts(texts), shown: attribute.shown === 'never' ? 'never' : 'varies' };
}

/** `56×56×64`, or `56×56×(64, 96 … 224)` where channels differ. */
export function severalShapes(shapes: readonly Shape[]): string {
  const texts = shapes.map(shapeText);
  if (texts.every((text) => text === texts[0])) return texts[0]!;
  const leading = shapes[0]!.slice(0, -1);
  const last = severalTexts(shapes.map((shape) => String(shape.at(-1))));
  return leading.length === 0 ? last : `${leading.join('×')}×(${last})`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
