/**
 * What a JSON object says; undefined where the text is none, as a file that a failure of the disk or someone's hand has
 * damaged. Which of its fields are there is for the caller to ask.
 */
export function parseObject<T extends object>(text: string): Partial<T> | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? (found as Partial<T>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
