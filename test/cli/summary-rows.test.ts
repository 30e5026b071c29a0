import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { summaryRows } from '../../src/cli/summary-rows.ts';
import { compile, elaborate } from '../../src/compiler/compile.ts';

const TEXT = `block Unit(filters: int)(x: [H, W, C]) -> [H, W, filters] {
  x |> conv2d(filters, 3) |> relu
}

block Pair(x: [H, W, C]) -> [H, W, 8] {
  x |> Unit(4) |> Unit(8)
}

model Net(image: [8, 8, 3]) -> [4] {
  features = image |> Pair
  features |> global_avg_pool |> dense(4)
}
`;

const graph = elaborate(compile('net.spec', TEXT, { read: () => undefined }), 'Net').value!;
const lines = (depth?: number) =>
  summaryRows(graph, depth).map(
    ({ depth, label, shape, parameters, macs }) => `${'  '.repeat(depth)}${label} [${shape}] ${parameters} ${macs}`,
  );

// A 3×3 convolution of 3 → 4 channels has 27·4 + 4 parameters; of 4 → 8, 36·8 + 8; each is applied at 64 places.
test('blocks add up what is in them and stand before it', () => {
  assert.equal(lines(), [
    'image: input [8,8,3] 0 0',
    'features: Pair [8,8,8] 408 25344',
    '  Unit [8,8,4] 112 6912',
    '    conv2d [8,8,4] 112 6912',
    '    relu [8,8,4] 0 0',
    '  Unit[1] [8,8,8] 296 18432',
    '    conv2d [8,8,8] 296 18432',
    '    relu [8,8,8] 0 0',
    'global_avg_pool [8] 0 0',
    'dense [4] 36 32',
  ]);
});

test('below the depth only the sums are left', () => {
  assert.equal(lines(1), [
    'image: input [8,8,3] 0 0',
    'features: Pair [8,8,8] 408 25344',
    'global_avg_pool [8] 0 0',
    'dense [4] 36 32',
  ]);
  assert.is(lines(2).length, 6);
});

test.run();
