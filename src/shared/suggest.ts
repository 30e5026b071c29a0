/** "Did you mean": the known name that a mistyped one most probably stands for. */
import { distance } from 'fastest-levenshtein';

/** The nearest of `candidates`, or undefined when none is near enough to be worth suggesting. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = folded(word);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const known = folded(candidate);
    const edits = editCost(typed, known);
    // Of names that it may be short for, and one that is a letter away, the nearest.
    const cost = isAbbreviation(typed, known) ? 1 + Math.min(edits, 100) / 1000 : edits;
    const allowed = Math.max(1, Math.floor(Math.max(typed.length, known.length) / 3));
    if (cost < least && Math.floor(cost) <= allowed && candidate !== word) {
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

/**
 * Names of several words, such as `Conv + DRDB`, that may be meant by one that is mistyped or has a word too many: those
 * that have the most words in common with it, all that are as near, at most three.
 */
export function nearNames(typed: string, candidates: Iterable<string>): readonly string[] {
  const wanted = wordsOf(typed);
  const rated = [...new Set(candidates)].map((name) => ({ name, shared: sharedWords(wanted, wordsOf(name)) }));
  const most = Math.max(0.5, ...rated.map(({ shared }) => shared));
  const near = rated.filter(({ shared }) => shared >= most).map(({ name }) => name);
  const edits = (name: string): number => editCost(folded(typed), folded(name));
  if (near.length > 0) return near.sort((a, b) => edits(a) - edits(b)).slice(0, 3);
  const whole = suggest(typed, candidates);
  return whole === undefined ? [] : [whole];
}

/** `did you mean \`a\`, \`b\` or \`c\`?` of these, or undefined where there is none. */
export function didYouMeanOneOf(names: readonly string[]): string | undefined {
  const quoted = names.map((each) => `\`${each}\``);
  const last = quoted.pop();
  if (last === undefined) return undefined;
  return `did you mean ${quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`}?`;
}

function wordsOf(name: string): readonly string[] {
  return name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** What share of the words of both is in both, from 0 to 1; a word with a slip, or cut short, counts less. */
function sharedWords(some: readonly string[], others: readonly string[]): number {
  const left = [...others];
  const shared = some.map((word) => {
    const alike = left.map((each) => likeness(word, each));
    const best = Math.max(0, ...alike);
    if (best > 0) left.splice(alike.indexOf(best), 1);
    return best;
  });
  const count = shared.reduce((total, each) => total + each, 0);
  return (2 * count) / Math.max(1, some.length + others.length);
}

function likeness(word: string, other: string): number {
  if (word === other) return 1;
  if (editCost(word, other) <= Math.floor(Math.max(word.length, other.length) / 3)) return 0.9;
  return isAbbreviation(word, other) ? 0.7 : 0;
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
