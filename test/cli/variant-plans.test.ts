/** The plans of variants in generated code are those that the configuration gives when it names the variant. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plan, seeds, variants } from '../../generated/table6.train.ts';
import { fileLoader, readSource } from '../../src/cli/source-files.ts';
import { loadExperiment } from '../../src/config/experiment.ts';

const CONFIG = 'specs/table6.train.yaml';

/** Without the keys that have no value. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('every variant of the ablation has its plan', () => {
  const experiment = loadExperiment(readSource(CONFIG), fileLoader).value!;
  const { ablation, seeds: given } = experiment.ablation!;
  assert.equal(seeds, given);
  assert.equal(plain(plan), plain(experiment.written));
  const names = [ablation.base, ...ablation.variants].map(({ name }) => name);
  assert.equal(Object.keys(variants), names);
  for (const [name, own] of Object.entries(variants)) {
    const { value } = loadExperiment(readSource(CONFIG), fileLoader, [`ablation.variant=${JSON.stringify(name)}`]);
    assert.equal(plain(own), plain(value!.written));
  }
});

test.run();
