import { add, type Dim, format, isLess } from '../../../shared/dim.ts';
import type { OpKind } from '../kind.ts';
import { atLeast, axisOf, fixed, type ShapeRule } from './rule.ts';

export const indexing = {
  gather: (call) => {
    const shape = call.inputs[0]!;
    const axis = axisOf(call, call.args.int('axis'), shape.length, 'axis');
    const nested = call.args.nested('indices');
    if (axis === undefined || nested === undefined) return undefined;
    const size = shape[axis]!;
    const fromFront = (index: Dim): Dim => (isLess(index, 0) === true ? add(size, index) : index);
    const outside = nested.indices.find(
      (index) => isLess(fromFront(index), 0) === true || isLess(index, size) === false,
    );
    if (outside !== undefined) {
      const range = `from -${format(size)} to below ${format(size)}, the size of axis ${axis}`;
      const args = { op: call.op, name: 'indices', value: format(outside), range };
      return call.report('argument-out-of-range', args, { at: 'indices', inputs: true });
    }
    if (nested.indices.length === 0) {
      const args = { op: call.op, name: 'indices', value: 'empty', range: 'a list of at least one index' };
      return call.report('argument-out-of-range', args, { at: 'indices' });
    }
    return {
      attributes: { axis, indices: nested.indices.map((index) => fixed(fromFront(index))), places: nested.places },
      outputs: [[...shape.slice(0, axis), ...nested.places, ...shape.slice(axis + 1)]],
    };
  },

  embedding: (call) => {
    const [vocabulary, width] = [call.args.int('vocabulary'), call.args.int('width')];
    if (!atLeast(call, 'vocabulary', vocabulary, 1) || !atLeast(call, 'width', width, 1)) return undefined;
    const initializer = call.args.initializer('initializer');
    return {
      attributes: { vocabulary: fixed(vocabulary), width: fixed(width), initializer },
      outputs: [[...call.inputs[0]!, width]],
    };
  },

  lookup: (call) => {
    const [ids, table] = [call.inputs[0]!, call.inputs[1]!];
    if (table.length !== 2) {
      return call.report('wrong-rank', { op: call.op, expected: '[V, C]', actual: table }, { inputs: true });
    }
    return { attributes: {}, outputs: [[...ids, table[1]!]] };
  },
} satisfies { [K in OpKind]?: ShapeRule<K> };
