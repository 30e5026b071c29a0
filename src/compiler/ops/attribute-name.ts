/** An attribute's name as the language writes it: `countPadding` → `count_padding`. */
export function languageName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
