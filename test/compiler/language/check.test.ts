/** What is said of mistakes: test/golden/check. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderPlain } from '../../../src/cli/render-diagnostics.ts';
import { check } from '../../../src/compiler/compile.ts';
import { golden } from '../../support/golden.ts';

const corpus = fileURLToPath(new URL('../../golden/check', import.meta.url));

const loader = {
  read: (path: string): string | undefined => {
    try {
      return readFileSync(`${corpus}/${path}`, 'utf8');
    } catch {
      return undefined;
    }
  },
  list: (folder: string): readonly string[] => readdirSync(`${corpus}/${folder}`),
};

golden('check', {
  'diagnostics.txt': ({ source }) => renderPlain(check(source.path, source.text, loader)),
}).run();
