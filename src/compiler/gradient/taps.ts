/** The way back from taps to the input that they were seen in. */
import { amongAxes, type HeightAxis, type Tap } from '../lower/taps.ts';
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';

/**
 * The adjoint of padding and looking at every tap: `[N, C, H, W]` from what each tap receives, `[N, C, H', W']`; or the
 * same with the channels last.
 *
 * Positions of the padded input that lie the same distance past a multiple of the stride form a phase. Taps only shift
 * within their phase, so that each phase is a sum of padded tensors, and the phases interleave to the input.
 */
export function giveBack(
  b: Builder,
  received: readonly { readonly tap: Tap; readonly value: Tensor }[],
  { stride, dilation, padding }: Window,
  input: Pair,
  height: HeightAxis = 2,
): Tensor {
  const { shape } = received[0]!.value;
  const output = shape.slice(height, height + 2) as unknown as Pair;
  const sized = (...axes: readonly number[]): number[] => [
    ...shape.slice(0, height),
    ...axes,
    ...shape.slice(height + 2),
  ];
  const offset = (tap: Tap, axis: 0 | 1): number => Math.floor((tap[axis] * dilation[axis]) / stride[axis]);
  const phase = (tap: Tap, axis: 0 | 1): number => (tap[axis] * dilation[axis]) % stride[axis];
  // in steps of the stride: enough for the input and for whatever the farthest tap touches
  const steps = ([0, 1] as const).map((axis) =>
    Math.max(
      Math.ceil((padding[axis][0] + input[axis]) / stride[axis]),
      ...received.map(({ tap }) => offset(tap, axis) + output[axis]),
    ),
  ) as [number, number];

  const phaseSum = (row: number, column: number): Tensor => {
    const shifted = received
      .filter(({ tap }) => phase(tap, 0) === row && phase(tap, 1) === column)
      .map(({ tap, value }) => {
        const pads = ([0, 1] as const).map((axis): Pair => {
          const before = offset(tap, axis);
          return [before, steps[axis] - before - output[axis]];
        });
        return b.pad(value, amongAxes<Pair>(height, pads, [0, 0]));
      });
    const nothing = (): Tensor => b.expand(b.constant(0), sized(...steps));
    return shifted.length === 0 ? nothing() : shifted.reduce((sum, each) => b.add(sum, each));
  };

  const rows = Array.from({ length: stride[0] }, (_, row) => {
    const columns = Array.from({ length: stride[1] }, (_, column) =>
      b.reshape(phaseSum(row, column), sized(steps[0], 1, steps[1], 1)),
    );
    return b.concat(columns, height + 3);
  });
  const full = b.reshape(b.concat(rows, height + 1), sized(steps[0] * stride[0], steps[1] * stride[1]));
  const starts = ([0, 1] as const).map((axis) => padding[axis][0]);
  return b.slice(full, amongAxes(height, starts, 0), sized(...starts.map((start, axis) => start + input[axis]!)));
}
