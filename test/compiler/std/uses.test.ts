/** Every declaration of the standard library has a use, which makes what it says. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { declarationsOf, libraryFiles } from '../../../scripts/std-reference.ts';
import { summarize } from '../../../src/compiler/summary.ts';
import { codesOf, graphOf } from '../language/compile-text.ts';
import { modelOf } from './model.ts';
import { type BlockUse, uses } from './uses.ts';

const declared = libraryFiles().flatMap((file) => declarationsOf(file).map(({ name }) => ({ file, name: name.text })));

test('every declaration has a use, and nothing else has', () => {
  assert.equal(Object.keys(uses).sort(), declared.map(({ name }) => name).sort());
});

/** What a use imports besides what it shows. */
function importsOf(file: string, name: string, { imports = {} }: BlockUse): Record<string, readonly string[]> {
  const own = file.slice('std/'.length, -'.spec'.length);
  return { ...imports, [own]: [...new Set([name, ...(imports[own] ?? [])])] };
}

for (const { file, name } of declared) {
  test(`${file}: ${name}`, () => {
    for (const use of uses[name] ?? []) {
      if ('is' in use) {
        const import_ = `import { ${name} } from "${file}"\n`;
        const model = (value: string) =>
          `${import_}model Main(x: [1]) {\n  assert ${use.use} == ${value}\n  relu(x)\n}\n`;
        assert.equal(codesOf(model(use.is)), [], use.use);
        assert.equal(codesOf(model('[]')), ['assertion-failed'], use.use);
        continue;
      }
      assert.ok(new RegExp(`\\b${name}\\b`).test(use.use), use.use);
      const text = modelOf({ ...use, imports: importsOf(file, name, use) });
      assert.equal(codesOf(text), [], text);
      const { outputs, parameters } = summarize(graphOf(text));
      assert.equal({ output: outputs[0]!.shape, parameters }, { output: use.output, parameters: use.parameters }, text);
    }
  });
}

test.run();
