/** onnxruntime keeps what it would tell its maker in the user's cache folder; it must not even begin to. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = join(import.meta.dirname, '../../..');

/** Runs a model in a process whose home is new, and says what it told onnxruntime. */
const PROGRAM = `
import { compile, elaborate } from './src/compiler/compile.ts';
import { initialWeights } from './src/engines/initialize.ts';
import { nativeEngine } from './src/engines/native/engine.ts';
const source = 'model M(x: [4, 4, 3]) -> [2] { x |> conv2d(2, 3) |> global_avg_pool }';
const graph = elaborate(compile('m.spec', source), 'M').value;
const session = await nativeEngine.infer(graph, initialWeights(graph, 1), 1, 1);
await session.close();
console.log('disabled: ' + process.env.ORT_DISABLE_TELEMETRY);
`;

/** onnxruntime is silent by itself where one of these is set. */
const CONTINUOUS_INTEGRATION = ['CI', 'TF_BUILD', 'GITHUB_ACTIONS', 'TRAVIS', 'JENKINS_URL', 'GITLAB_CI', 'CIRCLECI'];

/** What the process says, and the files in its home afterwards, by their paths. */
function runAtHome(variables: NodeJS.ProcessEnv): { readonly said: string; readonly left: readonly string[] } {
  const home = mkdtempSync(join(tmpdir(), 'specc-home-'));
  try {
    const { ORT_DISABLE_TELEMETRY, XDG_CACHE_HOME, ...own } = process.env;
    for (const name of CONTINUOUS_INTEGRATION) delete own[name];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM],
      { cwd: root, encoding: 'utf8', env: { ...own, HOME: home, USERPROFILE: home, ...variables } },
    );
    assert.match(stdout, /disabled/, stderr);
    return { said: stdout.trim(), left: readdirSync(home, { recursive: true, encoding: 'utf8' }) };
  } finally {
    rmSync(home, { recursive: true });
  }
}

test('onnxruntime tells nobody what it runs', () => {
  assert.equal(runAtHome({}), { said: 'disabled: 1', left: [] });
});

// what onnxruntime then does, and whether at all, is its own affair
test('unless the user wants it to', () => {
  assert.is(runAtHome({ ORT_DISABLE_TELEMETRY: '0' }).said, 'disabled: 0');
});

test.run();
