/** Experiments of the same files share what is compiled. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compilingOnce } from '../../src/config/compile-once.ts';
import { loadExperiment } from '../../src/config/experiment.ts';
import { Source } from '../../src/dsl/source.ts';

const FILES: Record<string, string> = {
  'net.spec': `model Net(width: int = 8)(image: [8, 8, 3]) -> [4] {
  image |> conv2d(width, 3) |> relu |> global_avg_pool |> dense(4)
}
`,
  'ablation.spec': `import { Net } from "./net.spec"

ablation Widths of Net {
  grid { width: [1, 2, 3], **/conv2d.kernel: [1, 5] }
}
`,
};

test('all variants of an imported model are linked, and its files read once', () => {
  const reads: string[] = [];
  const loader = compilingOnce({
    read: (path) => {
      reads.push(path);
      return FILES[path];
    },
  });
  const source = new Source('net.train.yaml', 'model: ablation.spec\ndata: { synthetic: {} }\nablation: {}\n');
  const { ablation, graph } = loadExperiment(source, loader).value!;
  assert.is(graph.nodes.length, 5);
  const widths = ablation!.ablation.variants.map(({ name }) => {
    const made = loadExperiment(source, loader, [`ablation.variant=${JSON.stringify(name)}`]);
    assert.equal(made.diagnostics, []);
    return made.value!.graph.nodes[1]!.attributes;
  });
  assert.equal(
    widths.map((each) => 'filters' in each && [each.filters, ...each.kernel]),
    [1, 2, 3].flatMap((width) => [1, 5].map((kernel) => [width, kernel, kernel])),
  );
  assert.is(reads.filter((path) => path === 'net.spec').length, 1);
});

test.run();
