/**
 * Logarithm, sine and cosine with the same bits on every machine.
 *
 * ECMAScript leaves the last bits of `Math.log`, `Math.sin` and `Math.cos` to the engine. Whatever must be reproduced
 * exactly elsewhere (initial weights, augmented images) is therefore computed with `+ - * /` and `Math.sqrt`, which
 * IEEE 754 rounds correctly. Absolute errors stay below 1e-15 of the results' magnitude.
 */

const scratch = new DataView(new ArrayBuffer(8));

/** The natural logarithm of a positive, normal, finite number. */
export function portableLog(x: number): number {
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  let exponent = ((high >>> 20) & 0x7ff) - 1023;
  scratch.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let mantissa = scratch.getFloat64(0); // [1, 2)
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  // ln m = 2 artanh(s), whose odd series converges fast for |s| <= 0.172.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let power = 21; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return exponent * Math.LN2 + 2 * s * sum;
}

/** The cosine and sine of an angle in degrees; exact at multiples of 90°. */
export function cosSin(degrees: number): { cos: number; sin: number } {
  const quarters = Math.round(degrees / 90);
  const angle = (degrees - quarters * 90) * (Math.PI / 180); // [-π/4, π/4]
  const square = angle * angle;
  // The Taylor series, nested; nine terms reach the last bit.
  let cos = 1;
  let sin = 1;
  for (let k = 9; k >= 1; k--) {
    cos = 1 - (square / ((2 * k - 1) * (2 * k))) * cos;
    sin = 1 - (square / (2 * k * (2 * k + 1))) * sin;
  }
  sin *= angle;
  switch (((quarters % 4) + 4) % 4) {
    case 0:
      return { cos, sin };
    case 1:
      return { cos: -sin, sin: cos };
    case 2:
      return { cos: -cos, sin: -sin };
    default:
      return { cos: sin, sin: -cos };
  }
}
