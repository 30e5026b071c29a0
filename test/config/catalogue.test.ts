/** Every page of `specc explain` on configurations: the wrong example causes its code and only that, the right one none. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkData } from '../../src/config/check-data.ts';
import { loadExperiment } from '../../src/config/experiment.ts';
import { configuration } from '../../src/dsl/catalogue/configuration.ts';
import { Source } from '../../src/dsl/source.ts';
import { loader } from './specifications.ts';

/** The codes found in an example: YAML, or a command with `--set` over a configuration that is right. */
function codesOf(example: string): string[] {
  const override = /--set (\S+)/.exec(example)?.[1];
  const text = override === undefined ? example : configuration['config-empty'].right;
  const source = new Source('example.train.yaml', text);
  const { value, diagnostics } = loadExperiment(source, loader, override === undefined ? [] : [override]);
  const missing = value === undefined ? [] : checkData(value, (path) => (path === 'cells' ? 'folder' : undefined));
  return [...diagnostics, ...missing].map((each) => each.code);
}

for (const [code, { wrong, right }] of Object.entries(configuration)) {
  test(code, () => {
    assert.equal([...new Set(codesOf(wrong))], [code]);
    assert.equal(codesOf(right), []);
  });
}

test.run();
