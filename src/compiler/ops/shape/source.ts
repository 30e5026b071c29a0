import { format } from '../../../shared/dim.ts';
import type { OpKind } from '../kind.ts';
import { fixed, type ShapeRule } from './rule.ts';

export const source = {
  weight: (call) => {
    const shape = call.args.ints('shape');
    if (shape === undefined) return undefined;
    const wrong = shape.find((size) => typeof size === 'number' && (size < 1 || !Number.isInteger(size)));
    if (wrong !== undefined) {
      const range = 'sizes of at least 1';
      const args = { op: call.op, name: 'shape', value: format(wrong), range };
      return call.report('argument-out-of-range', args, { at: 'shape' });
    }
    return {
      attributes: { shape: shape.map(fixed), initializer: call.args.initializer('initializer') },
      outputs: [shape],
    };
  },

  constant: (call) => {
    const values = call.args.numbers('values');
    const wrong = values?.values.find((value) => !Number.isFinite(Math.fround(value)));
    if (wrong !== undefined) {
      const range = 'numbers that float32 can hold';
      return call.report(
        'argument-out-of-range',
        { op: call.op, name: 'values', value: String(wrong), range },
        { at: 'values' },
      );
    }
    return values && { attributes: values, outputs: [values.shape] };
  },
} satisfies { [K in OpKind]?: ShapeRule<K> };
