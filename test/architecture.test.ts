/**
 * How the source may be put together: which folder imports which, what runs without Node, what is loaded only when it
 * is needed, and the size and names of files.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each folder of `src` imports itself and those before it. */
const ORDER = ['shared', 'dsl', 'compiler', 'config', 'data', 'engines', 'training', 'launch', 'editor', 'cli'];

/** What takes long to load or may not be there: loaded when a command needs it. */
const HEAVY = ['@dagrejs/', '@tensorflow/', 'onnxruntime-node', 'sharp', 'ts-morph', 'webgpu'];

const MOST_LINES = 450;

interface Import {
  readonly from: string;
  /** A module's name, or the path of a file below the project. */
  readonly target: string;
  /** Loaded with the file; not a type, which leaves no trace, and not `import(…)`, which waits. */
  readonly eager: boolean;
  readonly type: boolean;
}

function filesIn(folder: string): string[] {
  const absolute = path.join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true })
    .map((file) => `${folder}/${String(file).replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'));
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** The imports of a file; those that stand in its strings, to be written elsewhere, are not at the start of a line. */
function importsOf(file: string): Import[] {
  const text = read(file).replace(/`(?:\\.|[^`\\])*`/g, '``');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm);
  const waiting = text.matchAll(/\b(typeof\s+)?import\(\s*['"]([^'"]+)['"]\s*\)(\.\w)?/g);
  const resolve = (name: string): string =>
    name.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(file), name)) : name;
  return [
    ...[...statements].map(([, type, name]) => ({
      from: file,
      target: resolve(name!),
      eager: type === undefined,
      type: type !== undefined,
    })),
    ...[...waiting].map(([, type, name]) => ({
      from: file,
      target: resolve(name!),
      eager: false,
      type: type !== undefined,
    })),
  ];
}

/** The library that generated code imports: text to the compiler, and no part of it. */
const LAYERS = 'src/compiler/emit/tfjs/layers/';

/** The same library as text, which its test writes. */
const WRITTEN = ['src/compiler/emit/tfjs/layers-source.ts', 'src/compiler/standard-library.ts'];

const sources = filesIn('src').filter((file) => !file.startsWith(LAYERS));
const imports = new Map(sources.map((file) => [file, importsOf(file)]));

/** Everything that is loaded with a file, with the way that leads there. */
function loadedWith(file: string): Map<string, string> {
  const ways = new Map([[file, file]]);
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { target, eager } of imports.get(next) ?? []) {
      if (!eager || ways.has(target)) continue;
      ways.set(target, `${ways.get(next)} → ${target}`);
      open.push(target);
    }
  }
  return ways;
}

function isHeavy(module: string): boolean {
  return HEAVY.some((each) => module === each || (each.endsWith('/') && module.startsWith(each)));
}

/** The two libraries of the core, each in its folder: both are plain JavaScript, and only slow to load. */
function mayLoad(file: string, target: string): boolean {
  if (target === 'ts-morph') return file.startsWith('src/compiler/emit/tfjs/');
  return target === '@dagrejs/dagre' && file.startsWith('src/compiler/picture/');
}

function folderOf(file: string): string {
  return file.split('/')[1]!;
}

test('there is source to look at, and its imports are understood', () => {
  assert.ok(sources.length > 100);
  const unknown = [...imports.values()]
    .flat()
    .filter(({ target }) => target.startsWith('src/') && !existsSync(path.join(root, target)));
  assert.equal(unknown, []);
  const seen = importsOf('src/compiler/compile.ts').map((each) => `${each.target}${each.type ? ' (type)' : ''}`);
  assert.ok(seen.includes('src/dsl/ast.ts (type)') && seen.includes('src/compiler/elaborate.ts'), seen.join(', '));
});

test('every folder of src is in the order', () => {
  const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((each) => each.isDirectory());
  assert.equal(
    folders.map((each) => each.name).filter((name) => !ORDER.includes(name)),
    [],
  );
});

test('a folder imports only itself and those before it', () => {
  const wrong = [...imports.values()]
    .flat()
    .filter(({ target }) => target.startsWith('src/'))
    .filter(({ from, target }) => ORDER.indexOf(folderOf(target)) > ORDER.indexOf(folderOf(from)))
    .map(({ from, target }) => `${from} imports ${target}`);
  assert.equal(wrong, []);
});

test('the core runs without Node, files or engines', () => {
  const core = sources.filter((file) => file.startsWith('src/dsl/') || file.startsWith('src/compiler/'));
  const wrong = new Set<string>();
  for (const file of core) {
    const direct = (imports.get(file) ?? []).filter(({ type }) => !type).map(({ target }) => target);
    for (const target of [...direct, ...loadedWith(file).keys()]) {
      if (target.startsWith('node:') || (isHeavy(target) && !mayLoad(file, target)))
        wrong.add(`${file} loads ${target}`);
    }
    const globals = read(file).match(/^(?!\s*(?:\*|\/\/)).*\b(?:process\.(?:env|cwd|argv|exit)|Buffer\.|__dirname)\b/m);
    if (globals !== null) wrong.add(`${file}: ${globals[0].trim()}`);
  }
  assert.equal([...wrong], []);
});

test('only what writes TypeScript and what runs it load ts-morph', () => {
  const users = [...imports.values()].flat().filter(({ target, type }) => target === 'ts-morph' && !type);
  assert.equal(
    users.filter(({ from }) => !/^src\/(compiler\/emit|engines)\/tfjs\//.test(from)).map(({ from }) => from),
    [],
  );
});

test('the command line starts, checks and formats without anything heavy', () => {
  const quick = ['main', 'commands/check', 'commands/fmt', 'commands/explain'].map((name) => `src/cli/${name}.ts`);
  for (const file of quick) {
    const loaded = loadedWith(file);
    assert.ok(loaded.size > 5, `the imports of ${file} were not followed`);
    assert.equal(
      [...loaded].filter(([target]) => isHeavy(target)).map(([, way]) => way),
      [],
    );
  }
});

test('no file is a catch-all by name', () => {
  const vague = /^(utils?|helpers?|types|misc|common|lib)\.ts$/;
  assert.equal(
    [...sources, ...filesIn('test')].filter((file) => vague.test(path.posix.basename(file))),
    [],
  );
});

test('no file of src is two ideas long', () => {
  const long = sources
    .filter((file) => !WRITTEN.includes(file))
    .map((file) => [file, read(file).split('\n').length] as const);
  assert.equal(
    long.filter(([, lines]) => lines > MOST_LINES).map(([file, lines]) => `${file}: ${lines} lines`),
    [],
  );
});

test('ARCHITECTURE.md names files that are there, and the order of folders', () => {
  const page = read('ARCHITECTURE.md');
  const named = [...page.matchAll(/`((?:src|test|scripts|docs)\/[^`*]+)`/g)].map(([, file]) => file!);
  assert.ok(named.length > 20);
  assert.equal(
    named.filter((file) => !existsSync(path.join(root, file))),
    [],
  );
  assert.ok(page.replace(/\s+/g, ' ').includes(ORDER.map((each) => `\`${each}\``).join(', ')));
});

test('every test file runs its tests', () => {
  const silent = filesIn('test').filter((file) => file.endsWith('.test.ts') && !/\.run\(\)/.test(read(file)));
  assert.equal(silent, []);
});

test.run();
