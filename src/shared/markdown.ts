/** What the author of a specification wrote, as Markdown that neither opens an HTML element nor leaves its place. */

/** Of one line or more, such as a documentation comment, whose own Markdown stands. */
export function markdownText(text: string): string {
  return text.replaceAll('<', '&lt;');
}

/** In a table or a list: one line, without a further column. */
export function markdownCell(text: string): string {
  return markdownText(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** To be read as it is. */
export function markdownCode(code: string): string {
  return `\`${code.replaceAll('`', "'")}\``;
}

/** The same in a table or a list. */
export function markdownCodeCell(code: string): string {
  return markdownCode(code).replaceAll('|', '\\|').replaceAll('\n', ' ');
}
