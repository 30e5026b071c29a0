/**
 * Closed forms. With `x̂ = centred · deviation` and a mean over what was normalised together,
 * `dx = deviation · (γ dy − mean(γ dy) − x̂ · mean(γ dy · x̂))`. Where γ is one number for all that a sum runs over, it is
 * taken out of the sums, and sums over `dy` and `dy · centred` serve the weights and the input alike.
 */
import { overChannels, physicalAxis } from '../lower/layout.ts';
import { axesBesideChannels, channelScale, factors, type Normalisation } from '../lower/normalisation.ts';
import type { LowerContext, Placed, WeightTensors } from '../lower/rule.ts';
import type { Backward, ForwardRun, GradientTable } from './rule.ts';

export const normalisation: Pick<GradientTable, Normalisation> = {
  batch_norm(context, _node, { inputs: [x], weights, saved }, [output]) {
    const { builder: b } = context;
    const { layout, shape, tensor } = x!;
    const dy = context.as(output!, layout);
    const { centred, deviation } = saved as { centred: typeof dy; deviation: typeof dy };
    const axes = axesBesideChannels(x!);
    const sum = b.reduce('sum', dy, axes);
    const sumCentred = b.reduce('sum', b.mul(dy, centred), axes);
    const rank = shape.length;
    const gamma = factors(b, x!, weights);
    const factor = b.mul(deviation, overChannels(b, gamma, layout, rank));
    const straight = b.mul(dy, factor);
    const count = axes.reduce((product, axis) => product * tensor.shape[axis]!, 1);
    const alongMean = b.scale(sum, 1 / count);
    const alongCentred = b.scale(b.mul(b.mul(deviation, deviation), sumCentred), 1 / count);
    const correction = b.mul(b.add(b.mul(centred, alongCentred), alongMean), factor);
    // running statistics are constants
    const dx = context.training ? b.sub(straight, correction) : straight;
    return {
      inputs: [context.place(dx, layout, shape)],
      weights: learned(weights, {
        gamma: b.reshape(b.mul(sumCentred, deviation), gamma.shape),
        beta: b.reshape(sum, gamma.shape),
      }),
    };
  },

  group_norm: (context, _node, forward, [output]) => groupGradient(context, forward, output!),
  instance_norm: (context, _node, forward, [output]) => groupGradient(context, forward, output!),

  layer_norm: (context, _node, forward, [output]) => lastAxisGradient(context, forward, output!, true),
  // as layer_norm, without what comes through the mean
  rms_norm: (context, _node, forward, [output]) => lastAxisGradient(context, forward, output!, false),

  // (dy − y · Σ dy · y) / ‖x‖; where the length is held at its least, that is a constant
  l2_normalize(context, { attributes }, { inputs: [x], outputs: [y], saved }, [output]) {
    const { builder: b } = context;
    const { layout, shape } = x!;
    const dy = context.as(output!, layout);
    const { squares, factor } = saved as { squares: typeof dy; factor: typeof dy };
    const axis = physicalAxis(layout, shape.length, attributes.axis);
    const along = b.reduce('sum', b.mul(dy, y!.tensor), [axis]);
    const moving = b.where(b.compare('greater', squares, b.constant(attributes.epsilon)), along, b.constant(0));
    const dx = b.mul(b.sub(dy, b.mul(y!.tensor, moving)), factor);
    return { inputs: [context.place(dx, layout, shape)] };
  },
};

function lastAxisGradient(
  context: LowerContext,
  { inputs: [x], weights, saved }: ForwardRun,
  output: Placed,
  centred: boolean,
): Backward {
  const { builder: b } = context;
  const { layout, shape } = x!;
  const dy = context.as(output, layout);
  const { normalised, deviation } = saved as { normalised: typeof dy; deviation: typeof dy };
  const axis = physicalAxis(layout, shape.length, shape.length - 1);
  const gamma = factors(b, x!, weights);
  const scaled = b.mul(dy, overChannels(b, gamma, layout, shape.length));
  const straight = centred ? b.sub(scaled, b.reduce('mean', scaled, [axis])) : scaled;
  const meanAlong = b.reduce('mean', b.mul(scaled, normalised), [axis]);
  const dx = b.mul(b.sub(straight, b.mul(normalised, meanAlong)), deviation);
  const others = axesBesideChannels(x!);
  return {
    inputs: [context.place(dx, layout, shape)],
    weights: learned(weights, {
      gamma: b.reshape(b.reduce('sum', b.mul(dy, normalised), others), gamma.shape),
      beta: b.reshape(b.reduce('sum', dy, others), gamma.shape),
    }),
  };
}

/** The gradients of those weights that the layer has. */
function learned(weights: WeightTensors, gradients: WeightTensors): WeightTensors {
  return Object.fromEntries(Object.entries(gradients).filter(([name]) => weights[name] !== undefined));
}

function groupGradient(context: LowerContext, { inputs: [x], weights, saved }: ForwardRun, output: Placed): Backward {
  const { builder: b, batch } = context;
  const dy = context.as(output, 'channels-first');
  const { centred, deviation } = saved as { centred: typeof dy; deviation: typeof dy };
  const [groups, members] = centred.shape.slice(1) as [number, number];
  const gamma = factors(b, x!, weights);
  const channels = gamma.shape[0]!;
  const positions = dy.shape.slice(2).map((_, axis) => axis + 2);

  // one number a channel of each example, [N, groups, C / groups]
  const perChannel = [batch, groups, channels / groups];
  const sum = b.reshape(b.reduce('sum', dy, positions), perChannel);
  const products = b.mul(dy, b.reshape(centred, dy.shape));
  const sumCentred = b.reshape(b.reduce('sum', products, positions), perChannel);

  // one number a group, [N, groups, 1]
  const gammas = b.reshape(gamma, [1, groups, channels / groups]);
  const groupMean = (sums: typeof dy): typeof dy => b.scale(b.reduce('sum', b.mul(sums, gammas), [2]), 1 / members);
  const cubed = b.mul(deviation, b.mul(deviation, deviation));
  const alongCentred = b.mul(cubed, groupMean(sumCentred));
  const alongMean = b.mul(deviation, groupMean(sum));

  const correction = b.add(b.mul(centred, alongCentred), alongMean);
  const straight = b.mul(dy, channelScale(b, deviation, gamma, dy.shape));
  const dx = b.sub(straight, b.reshape(correction, dy.shape));
  return {
    inputs: [context.place(dx, 'channels-first', x!.shape)],
    weights: learned(weights, {
      gamma: b.reshape(b.reduce('sum', b.mul(sumCentred, deviation), [0]), [channels]),
      beta: b.reshape(b.reduce('sum', sum, [0]), [channels]),
    }),
  };
}
