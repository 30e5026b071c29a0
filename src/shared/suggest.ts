/** "Did you mean": the known name that a mistyped one most probably stands for. */
import { distance } from 'fastest-levenshtein';

/** The nearest of `candidates`, or undefined when none is near enough to be worth suggesting. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = folded(word);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const known = folded(candidate);
    const cost = isAbbreviation(typed, known) ? 1 : editCost(typed, known);
    const allowed = Math.max(1, Math.floor(Math.max(typed.length, known.length) / 3));
    if (cost < least && cost <= allowed && candidate !== word) {
      best = candidate;
      least = cost;
    }
  }
  return best;
}

/** `did you mean \`x\`?`, or undefined: ready to be a diagnostic's help. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = suggest(word, candidates);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

/** Case and the choice between `_`, `-` and nothing are never what tells two names apart. */
function folded(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, '');
}

/** Letters in the wrong order are one slip of the fingers, not two. */
function editCost(typed: string, known: string): number {
  const edits = distance(typed, known);
  const sameLetters = typed.length === known.length && [...typed].sort().join('') === [...known].sort().join('');
  return sameLetters && edits > 1 ? edits - 1 : edits;
}

/** `conv` for `conv2d`, `acc` for `accuracy`: one begins the other. */
function isAbbreviation(typed: string, known: string): boolean {
  const [short, long] = typed.length < known.length ? [typed, known] : [known, typed];
  return short.length >= 3 && short !== long && long.startsWith(short);
}
