/** A model that consists of one use of the standard library. */
import type { Shape } from '../../../src/compiler/graph.ts';

export interface ModelOfUse {
  /** An expression of the inputs. */
  readonly use: string;
  /** The inputs by name, without the batch. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** What the use imports, by file: `conv` for `std/conv.spec`. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
}

export function modelOf({ use, inputs, imports }: ModelOfUse): string {
  const heads = Object.entries(imports).map(
    ([file, names]) => `import { ${names.join(', ')} } from "std/${file}.spec"`,
  );
  const tensors = Object.entries(inputs).map(([name, shape]) => `${name}: [${shape.join(', ')}]`);
  return `${heads.join('\n')}\n\nmodel Main(${tensors.join(', ')}) {\n  ${use}\n}\n`;
}
