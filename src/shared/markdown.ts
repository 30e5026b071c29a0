/** What the author of a specification wrote, as Markdown that neither opens an HTML element nor leaves its place. */

/** Of one line or more, such as a documentation comment, whose own Markdown stands. */
export function markdownText(text: string): string {
  return text.replaceAll('<', '&lt;');
}

/** In a table or a list: one line, without a further column. */
export function markdownCell(text: string): string {
  return markdownText(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** The same for a name, in which nothing is emphasised, a link or a picture. */
export function markdownName(name: string): string {
  const plain = name.replace(/[\\`*[\]~]/g, '\\$&').replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_');
  return unlinked(markdownCell(plain));
}

/**
 * Markdown in which bare addresses are no links, as GitHub makes them of what begins with a scheme or `www.`, and of
 * what has an `@`: of that even if it is escaped, so that a comment has to come between.
 */
export function unlinked(markdown: string): string {
  return markdown
    .replaceAll('://', ':\\//')
    .replace(/www(?=\.)/gi, '$&\\')
    .replace(/@(?=[\p{L}\p{N}])/gu, '@<!-- -->');
}

/** To be read as it is. */
export function markdownCode(code: string): string {
  return `\`${code.replaceAll('`', "'")}\``;
}

/** The same in a table or a list. */
export function markdownCodeCell(code: string): string {
  return markdownCode(code).replaceAll('|', '\\|').replaceAll('\n', ' ');
}
