import { type Dim, format, formatShape } from '../../shared/dim.ts';
import { entry } from './entry.ts';

type Shape = readonly Dim[];

const model = (body: string, input = '[8, 8, 32]'): string => `model M(x: ${input}) {\n  ${body}\n}\n`;
const ordinal = (index: number): string => ['first', 'second', 'third', 'fourth', 'fifth'][index] ?? `${index + 1}th`;

/** Shapes that do not fit. */
export const shapes = {
  'shape-mismatch': entry<{ op: string; left: Shape; right: Shape; axis: number }>({
    severity: 'error',
    message: ({ op, left, right, axis }) =>
      `\`${op}\` cannot combine ${formatShape(left)} with ${formatShape(right)}: ${difference(left, right, axis)}`,
    help: ({ left, right, axis }) => {
      const [a, b] = [left.at(-axis)!, right.at(-axis)!];
      if (axis === 1 && left.length === 3 && right.length === 3) {
        return `bring both sides to the same number of channels, for instance with \`conv2d(${format(a)}, 1)\` on the right side`;
      }
      const enlarged = enlargement(a, b);
      if (axis > 1 && enlarged !== undefined && left.length === 3 && right.length === 3) return enlarged;
      return `the sizes ${format(a)} and ${format(b)} must agree, or one of them must be 1`;
    },
    why: 'Element-by-element operations pair up the two tensors axis by axis, aligned at the last axis. Two sizes go together when they are equal or when one of them is known to be 1, which is then repeated.',
    wrong: model('x + (x |> conv2d(64, 3))'),
    right: model('x + (x |> conv2d(32, 3))'),
  }),
  'concat-mismatch': entry<{ axis: number; index: number; first: Shape; other: Shape; at: number }>({
    severity: 'error',
    message: ({ axis, index, first, other, at }) => {
      const what = `\`concat\` cannot join ${formatShape(first)} and ${formatShape(other)} along axis ${axis}`;
      if (at < 0) return `${what}: the ${ordinal(index)} tensor has another number of axes`;
      return `${what}: ${difference(first, other, first.length - at)}`;
    },
    help: ({ first, other, at, axis }) => {
      if (at < 0) return 'all tensors need the same number of axes; `reshape` gives a tensor others';
      const image = first.length === 3 && at < 2;
      const enlarged = image ? enlargement(first[at]!, other[at]!) : undefined;
      if (enlarged !== undefined) return enlarged;
      if (image) return 'bring all to the same height and width first, by a stride, a pool or `upsample`';
      return `all axes but axis ${axis} have to agree`;
    },
    why: 'Joining puts tensors one behind the other along one axis. All their other axes have to be equal.',
    wrong: model('concat([x, x |> max_pool(2)])'),
    right: model('concat([x, x |> max_pool(2) |> upsample(2)])'),
  }),
  'groups-do-not-divide': entry<{ op: string; groups: string; what: string; count: string }>({
    severity: 'error',
    message: ({ op, groups, what, count }) => `\`${op}\` cannot part ${count} ${what} into ${groups} equal groups`,
    help: ({ count, groups }) => {
      if (!/^\d+$/.test(count)) return `choose a number of groups that divides ${count}`;
      const divisors = divisorsOf(Number(count));
      const nearest = divisors.findLast((each) => each <= Number(groups)) ?? 1;
      return `try \`groups: ${nearest}\`; ${count} divides by ${divisors.join(', ')}`;
    },
    why: 'Every group has the same number of channels, so the number of groups has to divide the number of channels.',
    wrong: model('x |> group_norm(groups: 5)'),
    right: model('x |> group_norm(groups: 8)'),
  }),
  'window-too-large': entry<{
    op: string;
    axis: 'height' | 'width' | 'length';
    reach: string;
    size: string;
    padded: boolean;
    dilated: boolean;
  }>({
    severity: 'error',
    message: ({ op, axis, reach, size, padded, dilated }) => {
      const unit = { height: 'rows', width: 'columns', length: 'positions' }[axis];
      const covers = `the window of \`${op}\` covers ${reach} ${unit}${dilated ? ' with its dilation' : ''}`;
      return `${covers}, but its input has only ${size}${padded ? ' with its padding' : ''}`;
    },
    help: () => 'use a smaller kernel, pad the input (`padding: "same"`), or shrink the image less before this layer',
    why: 'A window that is larger than its input fits nowhere, so there would be no output. With a dilation d, a kernel of k reaches over (k - 1) * d + 1 positions.',
    wrong: model('x |> max_pool(9)'),
    right: model('x |> max_pool(8)'),
  }),
  'broadcast-mismatch': entry<{ from: Shape; to: Shape }>({
    severity: 'error',
    message: ({ from, to }) => `\`broadcast_to\` cannot repeat ${formatShape(from)} to ${formatShape(to)}`,
    help: () =>
      'aligned at the last axis, each size must be the one that is wanted or 1; more axes may be wanted in front',
    why: 'Only axes of size 1 are repeated. Other sizes stay, and no axis goes.',
    wrong: model('x |> broadcast_to([8, 8, 64])'),
    right: model('x |> broadcast_to([8, 8, 64])', '[64]'),
  }),
  'wrong-rank': entry<{ op: string; expected: string; actual: Shape }>({
    severity: 'error',
    message: ({ op, expected, actual }) => `\`${op}\` wants a tensor ${expected}, not ${formatShape(actual)}`,
    help: ({ expected, actual }) =>
      expected === '[H, W, C]' && actual.length === 1
        ? 'the height and width are gone here: move this layer before `flatten` or global pooling'
        : expected === '[H, W, C]' && actual.length === 4
          ? `the batch is not written: if the first axis stands for it, leave it out, as in ${formatShape(actual.slice(1))}; if it counts frames, use a \`shared\` layer for each, taken by \`gather(i, axis: 0)\``
          : 'bring the tensor to that number of axes with `reshape` or `flatten`',
    why: 'Image layers work on `[H, W, C]`. The batch axis is never written.',
    wrong: model('x |> flatten |> conv2d(8, 3)'),
    right: model('x |> conv2d(8, 3) |> flatten'),
  }),
  'axis-out-of-range': entry<{ op: string; axis: number; rank: number }>({
    severity: 'error',
    message: ({ op, axis, rank }) =>
      `\`${op}\` is told axis ${axis}, but the tensor has ${rank === 1 ? 'one axis' : `${rank} axes`}`,
    help: ({ rank }) =>
      `axes count from 0 to ${rank - 1}, or from -1 (the last) back to -${rank}; the batch is not counted`,
    why: 'Axes are counted from 0 without the batch axis, or from -1 backwards from the end.',
    wrong: model('concat([x, x], axis: 3)'),
    right: model('concat([x, x], axis: 2)'),
  }),
  'repeated-axis': entry<{ op: string; axis: number }>({
    severity: 'error',
    message: ({ op, axis }) => `\`${op}\` is told axis ${axis} twice`,
    why: 'An axis can be reduced only once. Axis -1 of a tensor with three axes is axis 2.',
    wrong: model('x |> reduce_mean([2, -1])'),
    right: model('x |> reduce_mean([1, 2])'),
  }),
  'nothing-to-concat': entry<Record<string, never>>({
    severity: 'error',
    message: () => '`concat` needs at least one tensor, and this list is empty',
    why: 'There is no shape that an empty list could have.',
    wrong: model('x + concat([])'),
    right: model('concat([x, x])'),
  }),
  'split-does-not-divide': entry<{ axis: number; size: string; parts: string }>({
    severity: 'error',
    message: ({ axis, size, parts }) => `axis ${axis} has size ${size}, which does not part into ${parts} equal pieces`,
    help: ({ size }) => `give the sizes of the pieces instead, as a list that sums to ${size}`,
    why: 'With one number, `split` makes that many pieces of the same size.',
    wrong: model('a, b, c = x |> split(3)\n  concat([a, b, c])'),
    right: model('a, b = x |> split(2)\n  concat([a, b])'),
  }),
  'split-sizes': entry<{ axis: number; size: string; total: string }>({
    severity: 'error',
    message: ({ axis, size, total }) => `the pieces sum to ${total}, but axis ${axis} has size ${size}`,
    help: ({ size }) => `give sizes that sum to ${size}`,
    why: 'The sizes given to `split` have to use up the axis exactly.',
    wrong: model('a, b = x |> split([8, 16])\n  concat([a, b])'),
    right: model('a, b = x |> split([8, 24])\n  concat([a, b])'),
  }),
  'slice-out-of-range': entry<{ axis: number; size: string; start: string; end: string }>({
    severity: 'error',
    message: ({ axis, size, start, end }) =>
      `there is nothing from ${start} to ${end} in axis ${axis}, whose size is ${size}`,
    help: ({ size }) => `positions go from 0 to ${size}; negative ones count from the end`,
    why: 'A slice takes the positions from `start` up to but not including `end`, both within the axis.',
    wrong: model('x |> slice(0, 33)'),
    right: model('x |> slice(0, 16)'),
  }),
  'reshape-mismatch': entry<{ from: Shape; to: Shape; count: string; given: string }>({
    severity: 'error',
    message: ({ from, to, count, given }) =>
      `${formatShape(from)} holds ${count} numbers, and ${formatShape(to)} has room for ${to.includes(-1) ? `a multiple of ${given}` : given}`,
    help: () => 'one size may be -1: whatever is left',
    why: 'Reshaping keeps all numbers in their order, so the product of the sizes cannot change.',
    wrong: model('x |> reshape([8, 8, 16])'),
    right: model('x |> reshape([64, -1])'),
  }),
  'reshape-sizes': entry<{ sizes: Shape }>({
    severity: 'error',
    message: ({ sizes }) => `${formatShape(sizes)} is no shape to reshape to`,
    help: () => 'sizes are at least 1, and at most one of them may be -1: whatever is left',
    why: 'Two sizes left open could be filled in many ways.',
    wrong: model('x |> reshape([-1, -1])'),
    right: model('x |> reshape([64, -1])'),
  }),
  'bad-permutation': entry<{ permutation: readonly number[]; rank: number }>({
    severity: 'error',
    message: ({ permutation, rank }) => `[${permutation.join(', ')}] does not name each of the ${rank} axes once`,
    help: ({ rank }) => `a permutation of this tensor holds the numbers 0 to ${rank - 1}, each once`,
    why: 'A transposition puts every axis somewhere; none is lost and none is doubled.',
    wrong: model('x |> transpose([0, 1])'),
    right: model('x |> transpose([2, 0, 1])'),
  }),
  'bad-pads': entry<{ given: number; rank: number }>({
    severity: 'error',
    message: ({ given, rank }) => `\`pad\` wants \`[before, after]\` for each of ${rank} axes, and got ${given}`,
    help: ({ rank }) => `write ${rank} pairs; [0, 0] leaves an axis as it is`,
    why: 'Every axis needs to know how much is added before and after it.',
    wrong: model('x |> pad([[1, 1], [1, 1]])'),
    right: model('x |> pad([[1, 1], [1, 1], [0, 0]])'),
  }),
  'matmul-mismatch': entry<{ inner: string; other: string; transposed: boolean }>({
    severity: 'error',
    message: ({ inner, other }) => `\`matmul\` sums over an axis of ${inner} on the left and ${other} on the right`,
    help: ({ transposed }) =>
      `the last axis of the left and the last but one of the right must agree${transposed ? ', after the transposition asked for' : '; `transpose_b: true` swaps the axes of the right'}`,
    why: 'A matrix product of [M, K] and [K, N] sums over K, which has to be the same on both sides.',
    wrong: model('matmul(x, x)', '[8, 32]'),
    right: model('matmul(x, x, transpose_b: true)', '[8, 32]'),
  }),
  'argument-out-of-range': entry<{ op: string; name: string; value: string; range: string }>({
    severity: 'error',
    message: ({ op, name, value, range }) => `\`${name}\` of \`${op}\` is ${value}, but it must be ${range}`,
    why: 'The layer has no meaning for this value.',
    wrong: model('x |> dropout(1.5)'),
    right: model('x |> dropout(0.5)'),
  }),
  'number-beyond-float32': entry<{ value: string }>({
    severity: 'error',
    message: ({ value }) => `a tensor meets the number ${value}, which float32 does not hold`,
    help: () => 'the largest is about 3.4e38',
    why: 'Tensors hold float32 numbers. A larger one would become infinite, and what is computed with it not a number.',
    wrong: model('x * 1e39'),
    right: model('x * 1e30'),
  }),
  'fractional-size': entry<{ expression: string; value: string }>({
    severity: 'error',
    message: ({ expression, value }) => `the size \`${expression}\` is ${value}, which is not a whole number`,
    help: ({ expression }) => `write \`floor(${expression})\` or \`ceil(${expression})\` if rounding is meant`,
    why: 'The size of an axis is a whole number. A division in a shape has to come out even.',
    wrong:
      'block Half(x: [H, W, C]) -> [H / 2, W / 2, C] {\n  x |> max_pool(2)\n}\nmodel M(x: [7, 8, 3]) {\n  x |> Half\n}\n',
    right:
      'block Half(x: [H, W, C]) -> [H / 2, W / 2, C] {\n  x |> max_pool(2)\n}\nmodel M(x: [8, 8, 3]) {\n  x |> Half\n}\n',
  }),
  'size-out-of-range': entry<{ expression: string; value: string }>({
    severity: 'error',
    message: ({ expression, value }) => `the size \`${expression}\` is ${value}, but an axis has at least 1 position`,
    why: 'An axis without positions holds no numbers.',
    wrong: 'model M(size: int = 0)(x: [size, size, 3]) {\n  x |> relu\n}\n',
    right: 'model M(size: int = 8)(x: [size, size, 3]) {\n  x |> relu\n}\n',
  }),
  'tensor-too-large': entry<{ what: string; shape: Shape }>({
    severity: 'error',
    message: ({ what, shape }) => `${what} ${formatShape(shape)} has more than 2^40 elements`,
    help: () => 'is one of the sizes larger than was meant?',
    why: 'So many numbers take 4 TiB, which no machine trains or runs a model with.',
    wrong: model('x |> conv2d(1000000, 1000000)'),
    right: model('x |> conv2d(100, 10)'),
  }),
  'input-shape': entry<{
    callee: string;
    input: string;
    declared: string;
    element: number | undefined;
    actual: Shape;
  }>({
    severity: 'error',
    message: ({ callee, input, declared, element, actual }) => {
      const given = element === undefined ? 'is given' : `element ${element} is`;
      return `\`${callee}\` wants \`${input}: ${declared}\`, but ${given} ${formatShape(actual)}`;
    },
    why: 'A block states the shapes of its inputs. Names such as H stand for any size, the same wherever they occur in one use; numbers and formulas have to match.',
    wrong: 'block Tail(x: [H, W, 64]) {\n  x |> relu\n}\nmodel M(x: [8, 8, 32]) {\n  x |> Tail\n}\n',
    right: 'block Tail(x: [H, W, 64]) {\n  x |> relu\n}\nmodel M(x: [8, 8, 64]) {\n  x |> Tail\n}\n',
  }),
  'output-shape': entry<{ owner: string; declared: string; value: string; actual: Shape }>({
    severity: 'error',
    message: ({ owner, declared, value, actual }) =>
      `\`${owner}\` promises ${declared}${value.replace(/\s/g, '') === declared.replace(/\s/g, '') ? '' : ` = ${value}`}, but its body makes ${formatShape(actual)}`,
    why: 'The shape after `->` is what users of the block rely on, so the body has to make exactly that.',
    wrong: 'block B(x: [H, W, C]) -> [H, W, C] {\n  x |> conv2d(2 * C, 3)\n}\n',
    right: 'block B(x: [H, W, C]) -> [H, W, 2 * C] {\n  x |> conv2d(2 * C, 3)\n}\n',
  }),
  'assertion-failed': entry<{ message: string }>({
    severity: 'error',
    message: ({ message }) => message,
    why: 'The author of the block stated a condition that does not hold for this use.',
    wrong:
      'block B(n: int)(x: [H, W, C]) {\n  assert n > 0, "n must be positive, not {n}"\n  x |> conv2d(n, 1)\n}\nmodel M(x: [8, 8, 3]) {\n  x |> B(0)\n}\n',
    right:
      'block B(n: int)(x: [H, W, C]) {\n  assert n > 0, "n must be positive, not {n}"\n  x |> conv2d(n, 1)\n}\nmodel M(x: [8, 8, 3]) {\n  x |> B(4)\n}\n',
  }),
};

/** "their heights are 56 and 28"; axes count from the end, from 1. */
function difference(left: Shape, right: Shape, axis: number): string {
  const [a, b] = [format(left.at(-axis)!), format(right.at(-axis)!)];
  const image = left.length === 3 && right.length === 3;
  if (image) return `their ${['channels', 'widths', 'heights'][axis - 1]} are ${a} and ${b}`;
  if (left.length === right.length) return `their sizes in axis ${left.length - axis} are ${a} and ${b}`;
  return `aligned at the last axis, ${a} meets ${b}`;
}

/** How to enlarge the smaller side when it fits into the larger a whole number of times. */
function enlargement(a: Dim, b: Dim): string | undefined {
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  const [small, large] = [Math.min(a, b), Math.max(a, b)];
  if (large % small !== 0) return undefined;
  const side = a < b ? 'left' : 'right';
  return `enlarge the ${side} side with \`upsample(${large / small})\`, or shrink the other with a stride or a pool`;
}

function divisorsOf(count: number): number[] {
  return Array.from({ length: Math.min(count, 4096) }, (_, index) => index + 1).filter((each) => count % each === 0);
}
