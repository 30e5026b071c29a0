/** The way back from taps to the input that they were seen in. */
import type { Tap } from '../lower/taps.ts';
import type { Pair, Window } from '../ops/kind.ts';
import type { Builder, Tensor } from '../program/builder.ts';

/**
 * The adjoint of padding and looking at every tap: `[N, C, H, W]` from what each tap receives, `[N, C, H', W']`.
 *
 * Positions of the padded input that lie the same distance past a multiple of the stride form a phase. Taps only shift
 * within their phase, so that each phase is a sum of padded tensors, and the phases interleave to the input.
 */
export function giveBack(
  b: Builder,
  received: readonly { readonly tap: Tap; readonly value: Tensor }[],
  { stride, dilation, padding }: Window,
  input: Pair,
): Tensor {
  const [batch, channels, ...output] = received[0]!.value.shape as [number, number, number, number];
  const offset = (tap: Tap, axis: 0 | 1): number => Math.floor((tap[axis] * dilation[axis]) / stride[axis]);
  const phase = (tap: Tap, axis: 0 | 1): number => (tap[axis] * dilation[axis]) % stride[axis];
  // in steps of the stride: enough for the input and for whatever the farthest tap touches
  const steps = ([0, 1] as const).map((axis) =>
    Math.max(
      Math.ceil((padding[axis][0] + input[axis]) / stride[axis]),
      ...received.map(({ tap }) => offset(tap, axis) + output[axis]!),
    ),
  ) as [number, number];

  const phaseSum = (row: number, column: number): Tensor => {
    const shifted = received
      .filter(({ tap }) => phase(tap, 0) === row && phase(tap, 1) === column)
      .map(({ tap, value }) => {
        const [down, right] = [offset(tap, 0), offset(tap, 1)];
        const after = [steps[0] - down - output[0]!, steps[1] - right - output[1]!] as const;
        return b.pad(value, [
          [0, 0],
          [0, 0],
          [down, after[0]],
          [right, after[1]],
        ]);
      });
    const nothing = (): Tensor => b.expand(b.constant(0), [batch, channels, ...steps]);
    return shifted.length === 0 ? nothing() : shifted.reduce((sum, each) => b.add(sum, each));
  };

  const rows = Array.from({ length: stride[0] }, (_, row) => {
    const columns = Array.from({ length: stride[1] }, (_, column) =>
      b.reshape(phaseSum(row, column), [batch, channels, steps[0], 1, steps[1], 1]),
    );
    return b.concat(columns, 5);
  });
  const full = b.reshape(b.concat(rows, 3), [batch, channels, steps[0] * stride[0], steps[1] * stride[1]]);
  const [top, left] = [padding[0][0], padding[1][0]];
  return b.slice(full, [0, 0, top, left], [batch, channels, top + input[0], left + input[1]]);
}
