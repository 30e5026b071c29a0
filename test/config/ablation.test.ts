/** Which variant a configuration takes, of an ablation that may have broken entries. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadExperiment } from '../../src/config/experiment.ts';
import { Source } from '../../src/dsl/source.ts';

const SPEC = `model Net(classes: int = 4, width: int = 8)(image: [16, 16, 3]) -> [classes] {
  stem = image |> conv2d(width, 3) |> relu
  local = stem |> conv2d(8, 3)
  local |> global_avg_pool |> dense(classes) |> softmax
}

ablation Parts of Net {
  "typo" { widht = 16 }
  "no local" { disable local }
  "wide" { width = 16 }
}

ablation Misread of Net {
  "misread" { insert after stem relu }
  "unknown" { replace local with relo }
  "thin" { width = 2 }
}

ablation Others of Net {
  "wide" { width = 12 }
}
`;

function load(ablation: string) {
  const text = `model: net.spec\ndata: { synthetic: {} }\nablation: ${ablation}\n`;
  return loadExperiment(new Source('net.train.yaml', text), {
    read: (path) => (path === 'net.spec' ? SPEC : undefined),
  });
}

test('a variant that is right is taken, whatever is wrong with others', () => {
  for (const [ablation, name, variant, width] of [
    ['{ variants: Parts, variant: wide }', 'Parts', 'wide', 16],
    ['{ variant: Parts/wide }', 'Parts', 'wide', 16],
    ['{ variant: Parts/no-local }', 'Parts', 'no local', 8],
    ['{ variant: Others/wide }', 'Others', 'wide', 12],
    ['{ variants: Others }', 'Others', undefined, 8],
    ['{ variant: Misread/thin }', 'Misread', 'thin', 2],
  ] as const) {
    const { value, diagnostics } = load(ablation);
    assert.equal(diagnostics, [], ablation);
    const { plan, graph } = value!;
    assert.equal([value!.ablation!.ablation.name, plan.model.variant], [name, variant], ablation);
    assert.is(graph.values[graph.nodes.find(({ path }) => path === 'stem/conv2d')!.outputs[0]!]!.shape[2], width);
  }
});

test('a broken variant is told by what is wrong with it', () => {
  for (const [ablation, code, help] of [
    ['{ variants: Parts, variant: typo }', 'unknown-setting', 'did you mean `width`?'],
    ['{ variant: Parts/typo }', 'unknown-setting', 'did you mean `width`?'],
    ['{ variants: Parts }', 'unknown-setting', 'did you mean `width`?'],
    ['{ variant: Misread/misread }', 'expected', 'the layer stands first: `insert relu after stem`'],
    ['{ variant: Misread/unknown }', 'unknown-name', 'did you mean `relu`?'],
    ['{ variants: Parts, variant: no lcoal }', 'config-variant-unknown', 'did you mean `no local`?'],
    ['{ variant: Parts/no lcoal }', 'config-variant-unknown', 'did you mean `Parts/no local`?'],
  ] as const) {
    const { value, diagnostics } = load(ablation);
    assert.is(value, undefined, ablation);
    assert.equal(
      diagnostics.map((each) => [each.code, each.help]),
      [[code, help]],
      ablation,
    );
  }
});

test.run();
