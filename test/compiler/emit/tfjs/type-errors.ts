import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const layers = `${root}src/compiler/emit/tfjs/layers/`;

/** What the strictest compiler says of generated files, with the layers in `layers/` beside each of them. */
export function typeErrors(files: Readonly<Record<string, string>>): readonly string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitReturns: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts'],
    types: [],
  };
  const folder = `${root}generated-in-a-test/`;
  const host = ts.createCompilerHost(options);
  const [readFile, fileExists, getSourceFile] = [host.readFile, host.fileExists, host.getSourceFile];
  const virtual = (name: string): string | undefined => {
    if (!name.startsWith(folder)) return undefined;
    const [, layer] = /\/layers\/([^/]+)$/.exec(name) ?? [];
    if (layer !== undefined && fileExists(layers + layer)) return readFileSync(layers + layer, 'utf8');
    return files[name.slice(folder.length)];
  };
  host.readFile = (name) => virtual(name) ?? readFile(name);
  host.fileExists = (name) => virtual(name) !== undefined || fileExists(name);
  host.getSourceFile = (name, language, ...rest) => {
    const text = virtual(name);
    return text === undefined ? getSourceFile(name, language, ...rest) : ts.createSourceFile(name, text, language);
  };
  host.directoryExists = () => true;
  const program = ts.createProgram(
    Object.keys(files).map((name) => folder + name),
    options,
    host,
  );
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const place =
      file && start !== undefined
        ? `${file.fileName.slice(folder.length)}:${file.getLineAndCharacterOfPosition(start).line + 1} `
        : '';
    return `${place}${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
