/** Ascending, 1 and the number itself included. */
export function divisors(number: number): readonly number[] {
  return Array.from({ length: number }, (_, at) => at + 1).filter((each) => number % each === 0);
}
