/** A model that consists of one use of the standard library. */
import type { BlockUse } from './uses.ts';

/** `file` is that of the declaration `name`, as it is imported. */
export function modelOf(file: string, name: string, { use, inputs, imports = {} }: BlockUse): string {
  const all = new Map([[file, [name]]]);
  for (const [each, names] of Object.entries(imports)) {
    const path = `std/${each}.spec`;
    all.set(path, [...new Set([...(all.get(path) ?? []), ...names])]);
  }
  const heads = [...all].map(([path, names]) => `import { ${names.join(', ')} } from "${path}"`);
  const tensors = Object.entries(inputs).map(([each, shape]) => `${each}: [${shape.join(', ')}]`);
  return `${heads.join('\n')}\n\nmodel Main(${tensors.join(', ')}) {\n  ${use}\n}\n`;
}
