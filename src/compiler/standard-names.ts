/** What the standard library declares, for those who use a name of it without an import. */
import { standardLibrary } from './standard-library.ts';

/** The file of `std/` by each name that can be imported from it. */
export const standardNames: ReadonlyMap<string, string> = new Map(
  Object.entries(standardLibrary).flatMap(([path, text]) =>
    [...text.matchAll(/^(?:block|model|fn|const) (\w+)/gm)].map(([, name]) => [name!, path]),
  ),
);
