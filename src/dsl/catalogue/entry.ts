/** One kind of diagnostic: its texts and its page for `specc explain`. */
export interface Entry<A> {
  readonly severity: 'error' | 'warning';
  /** One sentence, lower case, no final full stop: what is wrong. */
  readonly message: (args: A) => string;
  /** What to do about it, when that can be said in general. */
  readonly help?: (args: A) => string;
  /** Two or three sentences: why it is wrong. */
  readonly why: string;
  /** The smallest source that causes it, and the same put right. */
  readonly wrong: string;
  readonly right: string;
}

/** Lets each entry of a catalogue file state its own arguments' type. */
export function entry<A>(value: Entry<A>): Entry<A> {
  return value;
}
