import { elementCount } from '../../shared/element-count.ts';
import { spatialWindow } from '../lower/filter.ts';
import { positionAxes, reciprocalCounts } from '../lower/pooling.ts';
import { padImage, seenAt, tapsOf } from '../lower/taps.ts';
import type { Pair, Window } from '../ops/kind.ts';
import { extentOf } from '../ops/window-extent.ts';
import type { Builder, Tensor } from '../program/builder.ts';
import { isNarrowPadding } from '../program/shape-rules.ts';
import type { GradientTable } from './rule.ts';
import { giveBack } from './taps.ts';
import { toFirstWinner } from './winner.ts';

export const pooling: Pick<GradientTable, 'max_pool' | 'avg_pool' | 'global_avg_pool' | 'global_max_pool'> = {
  max_pool(context, { attributes }, { inputs: [x], outputs: [y] }, [output]) {
    if (!context.withoutForms.includes('pool-places') && isNarrowPadding(attributes.padding, attributes.kernel)) {
      const [image, gradient] = [x!, output!].map((value) => context.as(value, 'channels-first'));
      const dx = maxPoolGradientByPlaces(context.builder, image!, gradient!, attributes);
      return { inputs: [context.place(dx, 'channels-first', x!.shape)] };
    }
    const [image, maximum, gradient] = [x!, y!, output!].map((value) => context.as(value, 'channels-last'));
    const dx = maxPoolGradientByTaps(context.builder, image!, maximum!, gradient!, attributes);
    return { inputs: [context.place(dx, 'channels-last', x!.shape)] };
  },

  avg_pool(context, { attributes }, { inputs: [x] }, [output]) {
    const { builder: b } = context;
    const gradient = context.as(output!, 'channels-first');
    const input = [x!.shape[0]!, x!.shape[1]!] as const;
    const share = b.mul(gradient, reciprocalCounts(b, attributes, input, output!.shape));
    const received = tapsOf(attributes.kernel).map((tap) => ({ tap, value: share }));
    return { inputs: [context.place(giveBack(b, received, attributes, input), 'channels-first', x!.shape)] };
  },

  global_avg_pool(context, _node, { inputs: [x] }, [output]) {
    const { builder: b } = context;
    const { tensor, layout, shape } = x!;
    const axes = positionAxes(x!);
    const positions = axes.reduce((product, axis) => product * tensor.shape[axis]!, 1);
    const share = b.scale(b.reshape(output!.tensor, withSizeOne(tensor, axes)), 1 / positions);
    return { inputs: [context.place(b.expand(share, tensor.shape), layout, shape)] };
  },

  global_max_pool(context, _node, { inputs: [x], outputs: [y] }, [output]) {
    const { builder: b } = context;
    const { tensor, layout, shape } = x!;
    if (!context.withoutForms.includes('pool-places') && shape.length === 3) {
      const image = context.as(x!, 'channels-first');
      const [height, width] = image.shape.slice(2) as [number, number];
      const gradient = b.reshape(output!.tensor, [...image.shape.slice(0, 2), 1, 1]);
      const window = { kernel: [height, width], stride: [height, width], dilation: [1, 1], padding: NONE } as const;
      const dx = maxPoolGradientByPlaces(b, image, gradient, window);
      return { inputs: [context.place(dx, 'channels-first', shape)] };
    }
    const axes = positionAxes(x!);
    const [maximum, gradient] = [y!, output!].map((value) => b.reshape(value.tensor, withSizeOne(tensor, axes)));
    return { inputs: [context.place(toFirstWinner(b, tensor, maximum!, gradient!, axes), layout, shape)] };
  },
};

const NONE = [
  [0, 0],
  [0, 0],
] as const;

/** Each window's gradient goes to the place in which its maximum was. All are `[N, C, H, W]`. */
export function maxPoolGradientByPlaces(b: Builder, image: Tensor, gradient: Tensor, window: Window): Tensor {
  const pool = { ...spatialWindow(window), kernel: window.kernel };
  const places = b.maxPoolPlaces(image, pool);
  const isApart = ([0, 1] as const).every(
    (axis) => window.stride[axis] >= extentOf(window)[axis] && window.padding[axis].every((size) => size === 0),
  );
  // the taps between those of a dilated window are its own as well
  if (isApart) return b.maxUnpool(gradient, places, { ...pool, kernel: extentOf(window) }, image.shape);
  const windows = elementCount(gradient.shape);
  const nothing = b.expand(b.constant(0), [elementCount(image.shape)]);
  const sum = b.scatterAdd(nothing, b.reshape(places, [windows, 1]), b.reshape(gradient, [windows]));
  return b.reshape(sum, image.shape);
}

/**
 * Tap by tap, each window's gradient goes to the first tap that attains its maximum. All are `[N, H, W, C]`: every other
 * pixel is cut out and put back with all of its channels at once, which is faster than number by number.
 */
export function maxPoolGradientByTaps(
  b: Builder,
  image: Tensor,
  maximum: Tensor,
  gradient: Tensor,
  window: Window,
): Tensor {
  const size = gradient.shape.slice(1, 3) as unknown as Pair;
  const padded = padImage(b, image, window, Number.NEGATIVE_INFINITY, 1);
  const nothing = b.constant(0);
  let won: Tensor | undefined;
  const received = tapsOf(window.kernel).map((tap) => {
    const attains = b.compare('equal', seenAt(b, padded, tap, window, size, 1), maximum);
    const wins = won ? b.binary('and', attains, b.unary('not', won)) : attains;
    won = won ? b.binary('or', won, attains) : attains;
    return { tap, value: b.where(wins, gradient, nothing) };
  });
  return giveBack(b, received, window, [image.shape[1]!, image.shape[2]!], 1);
}

function withSizeOne({ shape }: Tensor, axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}
