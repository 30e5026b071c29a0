/** Options of sliding windows. */
import type { Pads, Pair, Window } from '../../../ops/kind.ts';
import { type Slot, slot } from '../call.ts';
import type { Literal } from '../literal.ts';

/** One number where height and width agree. */
export function pairValue([height, width]: Pair): Literal {
  return height === width ? height : [height, width];
}

export function padsValue(pads: Pads): Literal {
  const [[top, bottom], [left, right]] = pads;
  return top === bottom && left === right && top === left ? top : pads;
}

/** `stride`, `dilation` and `padding` of a convolution over `[H, W, C]`. */
export function convolutionSlots(window: Window, input: readonly number[]): readonly Slot[] {
  return [
    slot('stride', pairValue(window.stride), 1),
    slot('dilation', pairValue(window.dilation), 1),
    { name: 'padding', forms: paddingForms(window, input), fallback: 'same' },
  ];
}

/** `kernel`, `stride`, `dilation` and `padding` of a pool over `[H, W, C]`. */
export function poolSlots(window: Window, input: readonly number[]): readonly Slot[] {
  const kernel = pairValue(window.kernel);
  return [
    slot('kernel', kernel),
    slot('stride', pairValue(window.stride)),
    slot('dilation', pairValue(window.dilation), 1),
    { name: 'padding', forms: poolPaddingForms(window, input), fallback: 'valid' },
  ];
}

/** The same for one row: each pair by its second number. */
export function alongSlots(slots: readonly Slot[]): readonly Slot[] {
  const along = (form: Literal): Literal => {
    if (typeof form !== 'object') return form;
    const [, second] = form;
    return typeof second === 'object' && second[0] === second[1] ? second[0]! : second!;
  };
  return slots.map((each) => {
    const [first, ...others] = each.forms.map(along);
    return { ...each, forms: [first!, ...others] as const };
  });
}

function paddingForms(window: Window, input: readonly number[]): readonly [Literal, ...Literal[]] {
  const explicit = padsValue(window.padding);
  const others: Literal[] = isHalf(window) ? ['half'] : [];
  if (explicit === 0) return isSame(window, input) ? ['same', 'valid', 0, ...others] : ['valid', 0, ...others];
  return isSame(window, input) ? ['same', explicit, ...others] : [explicit, ...others];
}

/** A pool without padding says so by saying nothing. */
function poolPaddingForms(window: Window, input: readonly number[]): readonly [Literal, ...Literal[]] {
  const forms = paddingForms(window, input);
  return forms.includes('valid') ? (['valid', ...forms.filter((form) => form !== 'valid')] as const) : forms;
}

/** Whether TensorFlow's `same` would pad just so. */
function isSame({ kernel, stride, dilation, padding }: Window, input: readonly number[]): boolean {
  return ([0, 1] as const).every((axis) => {
    const [size, step] = [input[axis]!, stride[axis]];
    const reach = (kernel[axis] - 1) * dilation[axis] + 1;
    const total = Math.max(0, (Math.ceil(size / step) - 1) * step + reach - size);
    return padding[axis][0] === Math.floor(total / 2) && padding[axis][1] === Math.ceil(total / 2);
  });
}

/** Whether the padding is half of what each window covers, on every side. */
function isHalf({ kernel, dilation, padding }: Window): boolean {
  return padding.every((pads, axis) =>
    pads.every((pad) => 2 * pad === (kernel[axis as 0 | 1] - 1) * dilation[axis as 0 | 1]),
  );
}
