/** Operations that keep the shape of their input, and those that broadcast two. */
import { divides, format } from '../../../shared/dim.ts';
import type { DropoutUnit, OpAttributes, OpKind, ScaleAndOffset } from '../kind.ts';
import { broadcast } from './broadcast.ts';
import { atLeast, axisOf, fixed, imageInput, type ShapeCall, type ShapeRule } from './rule.ts';

function same<K extends OpKind>(attributes: (call: ShapeCall) => OpAttributes[K] | undefined): ShapeRule<K> {
  return (call) => {
    const made = attributes(call);
    return made && { attributes: made, outputs: [call.inputs[0]!] };
  };
}

const plain = (call: ShapeCall) => ({ attributes: {}, outputs: [call.inputs[0]!] });

const broadcasting = (call: ShapeCall) => {
  const [left, right] = [call.inputs[0]!, call.inputs[1]!];
  const made = broadcast(left, right);
  if ('left' in made)
    return call.report('shape-mismatch', { op: call.op, left, right, axis: made.axis }, { inputs: true });
  return { attributes: {}, outputs: [made.shape] };
};

/** A share or a small constant within bounds; unknown values pass. */
function within(call: ShapeCall, name: string, accepts: (value: number) => boolean, range: string): number | undefined {
  const value = call.args.float(name);
  if (Number.isNaN(value) || accepts(value)) return value;
  return call.report('argument-out-of-range', { op: call.op, name, value: String(value), range }, { at: name });
}

function epsilonOf(call: ShapeCall): number | undefined {
  if (call.inputs[0]!.length === 0) {
    return call.report('wrong-rank', { op: call.op, expected: '[..., C]', actual: [] }, { inputs: true });
  }
  return within(call, 'epsilon', (value) => value > 0, 'more than 0');
}

function learned(call: ShapeCall): ScaleAndOffset {
  return { scale: call.args.bool('scale'), offset: call.args.bool('offset') };
}

export const elementwise = {
  batch_norm: same<'batch_norm'>((call) => {
    const epsilon = epsilonOf(call);
    const momentum = within(call, 'momentum', (value) => value >= 0 && value <= 1, 'between 0 and 1');
    return epsilon === undefined || momentum === undefined ? undefined : { epsilon, momentum, ...learned(call) };
  }),
  group_norm: same<'group_norm'>((call) => {
    const epsilon = epsilonOf(call);
    const groups = call.args.int('groups');
    if (epsilon === undefined || !atLeast(call, 'groups', groups, 1)) return undefined;
    const channels = call.inputs[0]!.at(-1)!;
    if (divides(groups, channels) === false) {
      const args = { op: call.op, groups: format(groups), what: 'input channels', count: format(channels) };
      return call.report('groups-do-not-divide', args, { at: 'groups', inputs: true });
    }
    return { epsilon, groups: fixed(groups), ...learned(call) };
  }),
  instance_norm: same<'instance_norm'>((call) => {
    if (imageInput(call) === undefined) return undefined;
    const epsilon = epsilonOf(call);
    return epsilon === undefined ? undefined : { epsilon, ...learned(call) };
  }),
  layer_norm: same<'layer_norm'>((call) => {
    const epsilon = epsilonOf(call);
    return epsilon === undefined ? undefined : { epsilon, ...learned(call) };
  }),
  rms_norm: same<'rms_norm'>((call) => {
    const epsilon = epsilonOf(call);
    return epsilon === undefined ? undefined : { epsilon, scale: call.args.bool('scale') };
  }),
  l2_normalize: same<'l2_normalize'>((call) => {
    const axis = axisOf(call, call.args.int('axis'), call.inputs[0]!.length, 'axis');
    const epsilon = within(call, 'epsilon', (value) => value > 0, 'more than 0');
    return axis === undefined || epsilon === undefined ? undefined : { axis, epsilon };
  }),

  relu: plain,
  relu6: plain,
  leaky_relu: same<'leaky_relu'>((call) => ({ alpha: call.args.float('alpha') })),
  prelu: (call) => {
    if (call.inputs[0]!.length > 0) return plain(call);
    return call.report('wrong-rank', { op: call.op, expected: '[..., C]', actual: [] }, { inputs: true });
  },
  elu: same<'elu'>((call) => ({ alpha: call.args.float('alpha') })),
  gelu: same<'gelu'>((call) => ({ approximate: call.args.bool('approximate') })),
  silu: plain,
  sigmoid: plain,
  hard_sigmoid: plain,
  hard_swish: plain,
  tanh: plain,
  hard_tanh: plain,
  mish: plain,
  selu: plain,
  softplus: plain,
  softmax: same<'softmax'>((call) => {
    const axis = axisOf(call, call.args.int('axis'), call.inputs[0]!.length, 'axis');
    return axis === undefined ? undefined : { axis };
  }),
  exp: plain,
  log: plain,
  sqrt: plain,
  square: plain,
  abs: plain,
  sin: plain,
  cos: plain,
  power: same<'power'>((call) => ({ exponent: call.args.float('exponent') })),
  reciprocal: plain,
  clip: same<'clip'>((call) => {
    const [low, high] = ['low', 'high'].map((name) => (call.args.has(name) ? call.args.float(name) : null));
    if (low === null && high === null) {
      return call.report('missing-argument', { callee: call.op, name: 'low', form: 'clip(x, low, high)' });
    }
    if (low !== null && high !== null && low! > high!) {
      const range = `at least ${low}, which \`low\` is`;
      return call.report(
        'argument-out-of-range',
        { op: call.op, name: 'high', value: String(high), range },
        { at: 'high' },
      );
    }
    return { low: low!, high: high! };
  }),
  dropout: same<'dropout'>((call) => {
    const rate = within(call, 'rate', (value) => value >= 0 && value < 1, 'at least 0 and below 1');
    return rate === undefined ? undefined : { rate, per: call.args.choice<DropoutUnit>('per') };
  }),

  add: broadcasting,
  sub: broadcasting,
  mul: broadcasting,
  div: broadcasting,
  maximum: broadcasting,
  minimum: broadcasting,
  affine: same<'affine'>((call) => ({ scale: call.args.float('scale'), offset: call.args.float('offset') })),
} satisfies { [K in OpKind]?: ShapeRule<K> };
