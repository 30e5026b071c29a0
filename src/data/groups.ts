/** Reads which images belong together: from a CSV file's column, or from the file names. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { closest } from 'fastest-levenshtein';
import { counted, DataError, someOf } from './data-error.ts';
import type { ImageIndex } from './image-folder.ts';

/** Where an image's group is written down. */
export type GroupSource =
  | ({ readonly kind: 'csv' } & GroupColumn)
  | { readonly kind: 'pattern'; readonly pattern: string };

/** Each example's group, in the order of `index.examples`. */
export function readGroups(index: ImageIndex, source: GroupSource): string[] {
  return source.kind === 'csv' ? groupsFromCsv(index, source) : groupsFromPattern(index, source.pattern);
}

export interface GroupColumn {
  /** The CSV file's path; its first row names the columns. */
  readonly file: string;
  /** The column that holds the group. */
  readonly column: string;
  /** The column that holds the image: a path below the folder, or a file name. */
  readonly key: string;
}

/**
 * Each example's group, from a CSV file with a row an image.
 *
 * An image is found by its path below the folder (`EOSINOPHIL/_0_1169.jpeg`), by a column `class` and its file name,
 * or by its file name alone where no other image has that name.
 *
 * @throws DataError if the file or a column is missing, or an image has no row, or rows contradict each other
 */
export function groupsFromCsv(index: ImageIndex, { file: csv, column, key }: GroupColumn): string[] {
  const rows = readRows(csv, [column, key]);
  const byPath = new Map<string, string>();
  const byName = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const row of rows) {
    const image = row[key]!.replaceAll('\\', '/').replace(/^\.\//, '');
    const group = row[column]!;
    if (image.includes('/')) enter(byPath, image, group, csv);
    else if (row['class'] !== undefined) enter(byPath, `${row['class']}/${image}`, group, csv);
    else if (byName.has(image) && byName.get(image) !== group) ambiguous.add(image);
    else byName.set(image, group);
  }

  const missing: string[] = [];
  const unclear: string[] = [];
  const namesakes = countNames(index);
  const groups = index.examples.map(({ file }) => {
    const name = baseName(file);
    const found = byPath.get(file) ?? byName.get(name);
    if (found === undefined || found === '') missing.push(file);
    else if (!byPath.has(file) && (ambiguous.has(name) || (namesakes.get(name) ?? 0) > 1)) unclear.push(file);
    return found ?? '';
  });
  if (missing.length > 0) {
    throw new DataError(
      'group-rows-missing',
      `'${csv}' gives no ${column} for ${missing.length} of ${counted(groups.length, 'image')}: ${someOf(missing, 3)}`,
      `each image needs a row whose ${key} is its path below '${index.root}', or its file name with a column class beside it; the first row has ${key} = ${rows[0]?.[key] ?? '(no rows)'}`,
    );
  }
  if (unclear.length > 0) {
    throw new DataError(
      'group-key-ambiguous',
      `the ${key} column of '${csv}' does not tell apart images of the same name in different classes: ${someOf(unclear, 3)}`,
      `write paths such as '${unclear[0]}', or add a column class`,
    );
  }
  return groups;
}

/**
 * Each example's group: what the pattern's first capture group (or, without one, the whole match) finds in its path
 * below the folder.
 *
 * @throws DataError if the pattern is not a regular expression or some image does not match
 */
export function groupsFromPattern(index: ImageIndex, pattern: string): string[] {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    throw new DataError(
      'group-pattern-invalid',
      `the group pattern is not a regular expression: ${(error as Error).message}`,
      "it is matched against each image's path; 'patient(\\d+)_' groups patient12_a.png and patient12_b.png",
    );
  }
  const unmatched: string[] = [];
  const groups = index.examples.map(({ file }) => {
    const match = expression.exec(file);
    const group = match?.[1] ?? (match?.length === 1 ? match[0] : undefined);
    if (group === undefined || group === '') unmatched.push(file);
    return group ?? '';
  });
  if (unmatched.length > 0) {
    const share = unmatched.length === groups.length ? 'none' : `${groups.length - unmatched.length}`;
    throw new DataError(
      'group-pattern-unmatched',
      `the group pattern ${pattern} matches ${share} of the ${counted(groups.length, 'image')}; it fails on ${someOf(unmatched, 3)}`,
      "the pattern's first (…) names the group and must match in every image's path below the folder",
    );
  }
  return groups;
}

function readRows(csv: string, columns: readonly string[]): Record<string, string>[] {
  let text: string;
  try {
    text = readFileSync(csv, 'utf8');
  } catch (error) {
    throw new DataError(
      'group-file-missing',
      `cannot read the group file '${csv}' (${(error as NodeJS.ErrnoException).code})`,
      'the path is relative to the configuration that names it',
    );
  }
  let header: string[] = [];
  let rows: Record<string, string>[];
  try {
    rows = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      columns: (names: string[]) => {
        header = names;
        return names;
      },
    });
  } catch (error) {
    throw new DataError(
      'group-file-malformed',
      `'${csv}' is not a CSV file: ${(error as Error).message}`,
      'its first row names the columns, and each further row has as many fields',
    );
  }
  for (const column of columns) {
    if (header.includes(column)) continue;
    const near = header.length > 0 ? ` — did you mean '${closest(column, header)}'?` : '';
    throw new DataError(
      'group-column-missing',
      `'${csv}' has no column '${column}'`,
      `its columns are ${someOf(header, 10)}${near}`,
    );
  }
  return rows;
}

function enter(groups: Map<string, string>, image: string, group: string, csv: string): void {
  const known = groups.get(image);
  if (known !== undefined && known !== group) {
    throw new DataError(
      'group-key-ambiguous',
      `'${csv}' puts ${image} into two groups: ${known} and ${group}`,
      'give each image one row; merge the groups if they show the same thing',
    );
  }
  groups.set(image, group);
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function countNames(index: ImageIndex): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { file } of index.examples) counts.set(baseName(file), (counts.get(baseName(file)) ?? 0) + 1);
  return counts;
}
