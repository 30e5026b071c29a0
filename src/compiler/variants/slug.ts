/** Names of variants as names of files. */

/** `Conv + DRDB` is `conv-drdb`; of names that would be the same, the later ones get a number. */
export function slugsOf(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = slugOf(name);
    let slug = plain;
    for (let count = 2; taken.has(slug); count += 1) slug = `${plain}-${count}`;
    taken.add(slug);
    return slug;
  });
}

function slugOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9._=]+/g, '-')
    .replace(/=/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60)
    .replace(/[-.]+$/, '');
  return words === '' ? 'variant' : words;
}
