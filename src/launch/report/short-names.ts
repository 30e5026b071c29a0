/** Long names for where there is little room, no two of them alike. */

/** Letters before those in which names differ. */
const CONTEXT = 9;

/**
 * Each name with `most` letters at most: its beginning and its end, or, where others have the same, its end and what is
 * around the first letter in which they differ. Names that are not told apart even then stay as they are.
 */
export function shortNames(names: readonly string[], most: number): readonly string[] {
  const ends = names.map((name) =>
    name.length <= most ? name : `${name.slice(0, most / 2 - 1)}…${name.slice(-most / 2)}`,
  );
  const middles = names.map((name, at) => {
    const alike = names.filter((_, other) => ends[other] === ends[at]);
    return alike.length === 1 ? ends[at]! : around(name, commonStart(alike), most);
  });
  return middles.map((short, at) => (middles.indexOf(short) === middles.lastIndexOf(short) ? short : names[at]!));
}

/** The end is not among what differs: it is the same for all of them. */
function around(name: string, from: number, most: number): string {
  const half = most / 2 - 1;
  const start = Math.max(0, from - CONTEXT);
  return `${start > 0 ? '…' : ''}${name.slice(start, start + half)}…${name.slice(2 - half)}`;
}

/** How many letters all names begin with. */
function commonStart(names: readonly string[]): number {
  const [first = ''] = names;
  let count = 0;
  while (count < first.length && names.every((name) => name[count] === first[count])) count += 1;
  return count;
}
