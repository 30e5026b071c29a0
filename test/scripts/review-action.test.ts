/** The action of a pull request, run as GitHub runs it: in a repository, with an event, against an API on this machine. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';

const SCRIPT = fileURLToPath(new URL('../../scripts/review-action.js', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const COMMAND = [process.execPath, '--import', import.meta.resolve('tsx'), MAIN].join(' ');
const NET = 'model Net(classes: int = 4)(x: [8]) -> [classes] {\n  x |> dense(classes)\n}\n';

interface Comment {
  readonly id: number;
  body: string;
}

/** As much of the API as the action calls. */
class Api {
  readonly comments: Comment[] = [];
  readonly requests: string[] = [];
  readOnly = false;
  readonly #server: Server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    const { status, answer } = this.#answer(method, new URL(url, 'http://api'), await bodyOf(request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
  }

  #answer(method: string, url: URL, body: string): { status: number; answer: unknown } {
    if (method === 'GET') {
      const [size, page] = ['per_page', 'page'].map((name) => Number(url.searchParams.get(name))) as [number, number];
      return { status: 200, answer: this.comments.slice((page - 1) * size, page * size) };
    }
    if (this.readOnly) return { status: 403, answer: { message: 'Resource not accessible by integration' } };
    const comment = method === 'POST' ? { id: this.comments.length + 1, body: '' } : this.comments[idOf(url) - 1]!;
    comment.body = JSON.parse(body).body;
    if (method === 'POST') this.comments.push(comment);
    return { status: method === 'POST' ? 201 : 200, answer: comment };
  }
}

function idOf(url: URL): number {
  return Number(url.pathname.split('/').at(-1));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
}

const test = suite<{ folder: string; api: Api }>('action of a pull request');

test.before.each(async (context) => {
  context.folder = realpathSync(mkdtempSync(join(tmpdir(), 'specc-action-')));
  context.api = new Api();
  await context.api.start();
  const { folder } = context;
  git(folder, 'init', '-q', '-b', 'main');
  writeFileSync(join(folder, 'net.spec'), NET);
  git(folder, 'add', 'net.spec');
  git(folder, 'commit', '-q', '-m', 'first');
});
test.after.each(({ folder, api }) => {
  api.stop();
  rmSync(folder, { recursive: true, force: true });
});

function git(folder: string, ...args: string[]): string {
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];
  const { status, stdout, stderr } = spawnSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' });
  assert.is(status, 0, stderr);
  return stdout.trim();
}

interface Ended {
  readonly status: number | null;
  readonly log: string;
  readonly summary: string;
  readonly outputs: string;
}

/** @param inputs by their name in action.yml; others have their default there */
async function review(
  { folder, api }: { folder: string; api: Api },
  inputs: Readonly<Record<string, string>> = {},
  from = 'owner/net',
): Promise<Ended> {
  const sha = git(folder, 'rev-parse', 'HEAD');
  const repo = (name: string) => ({ full_name: name });
  const pull_request = { number: 7, base: { sha, repo: repo('owner/net') }, head: { sha, repo: repo(from) } };
  const [event, summary, outputs] = ['event.json', 'summary.md', 'outputs'].map((name) => join(folder, '.git', name));
  writeFileSync(event!, JSON.stringify({ pull_request }));
  for (const file of [summary!, outputs!]) writeFileSync(file, '');
  const given: Record<string, string> = { paths: 'net.spec', command: COMMAND, token: 'secret', ...inputs };
  const child = spawn(process.execPath, [SCRIPT], {
    cwd: folder,
    env: {
      ...process.env,
      ...Object.fromEntries(
        Object.entries(action.inputs).map(([name, { default: value }]) => [variableOf(name), given[name] ?? value]),
      ),
      GITHUB_EVENT_PATH: event,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_OUTPUT: outputs,
      GITHUB_API_URL: api.url,
      GITHUB_REPOSITORY: 'owner/net',
      RUNNER_TEMP: join(folder, '.git'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (log += piece));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, log, summary: readFileSync(summary!, 'utf8'), outputs: readFileSync(outputs!, 'utf8') };
}

const action: {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly steps: readonly [{ readonly env: Readonly<Record<string, string>>; readonly run: string }];
  };
} = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8'));

function variableOf(name: string): string {
  return `INPUT_${name.toUpperCase().replaceAll('-', '_')}`;
}

test('action.yml gives the script each input, and the script reads each', () => {
  const script = readFileSync(SCRIPT, 'utf8');
  const [step] = action.runs.steps;
  const read = [...script.matchAll(/(?:input|flag)\('([A-Z_]+)'\)/g)].map(([, name]) => `INPUT_${name}`);
  const given = Object.entries(step.env).filter(([name]) => name.startsWith('INPUT_'));
  const declared = Object.keys(action.inputs).map((name): [string, string] => [
    variableOf(name),
    `\${{ inputs.${name} }}`,
  ]);
  assert.equal(given.sort(), declared.sort());
  assert.equal(read.sort(), declared.map(([name]) => name).sort());
  assert.ok(script.includes('outcome=') && script.includes('report='));
  assert.equal(Object.keys(action.outputs), ['outcome', 'report']);
  assert.match(step.run, 'scripts/review-action.js');
});

test('a comment is written, found behind a page of others, and brought up to date', async (context) => {
  const { folder, api } = context;
  for (let id = 1; id <= 100; id += 1) api.comments.push({ id, body: `> <!-- specc diff --> ${id}` });
  const untouched = await review(context);
  assert.is(untouched.status, 0, untouched.log);
  assert.match(untouched.outputs, /^outcome=same$/m);
  assert.is(api.comments.length, 100, 'without a difference there is nothing to say');

  writeFileSync(join(folder, 'net.spec'), NET.replace('= 4', '= 5'));
  const { status, log, summary, outputs } = await review(context);
  assert.is(status, 0, log);
  assert.match(outputs, /^outcome=differs\nreport=.*report\.md$/m);
  assert.match(summary, /^### Architecture: .*\n\n\| model \| parameters/);
  assert.is(api.comments.length, 101);
  assert.match(
    api.comments[100]!.body,
    /^<!-- specc diff [0-9a-f]{16} -->\n### Architecture: `[0-9a-f]+` → working tree\n[\s\S]*36 → 45<br>\*\*\+9\*\* \(\+25/,
  );
  assert.not.match(log, /secret/);

  writeFileSync(join(folder, 'net.spec'), NET);
  api.requests.length = 0;
  assert.is((await review(context)).status, 0);
  assert.is(api.comments.length, 101);
  assert.match(api.comments[100]!.body, /No difference\./);
  assert.equal(api.requests, [
    'GET /repos/owner/net/issues/7/comments?per_page=100&page=1',
    'GET /repos/owner/net/issues/7/comments?per_page=100&page=2',
    'PATCH /repos/owner/net/issues/comments/101',
  ]);
});

test('budgets and differences fail it, also where the token cannot comment', async (context) => {
  const { folder, api } = context;
  writeFileSync(join(folder, 'net.spec'), NET.replace('= 4', '= 5'));
  const exceeded = await review(context, { budgets: 'params=+30%\nparams=+5%' });
  assert.is(exceeded.status, 1, exceeded.log);
  assert.match(exceeded.outputs, /^outcome=exceeded$/m);
  assert.match(
    exceeded.log,
    /^::error title=specc diff::\S+:net\.spec#Net → net\.spec#Net exceeds its budget of params=\+5%25: .*%0Ahelp: /m,
  );
  assert.match(api.comments[0]!.body, /\*\*A budget is exceeded\.\*\*[\s\S]*exceeds its budget of params=\+5%:/);
  assert.not.match(exceeded.summary, /params=\+30%/);

  api.readOnly = true;
  const fork = await review(context, {}, 'someone/net');
  assert.is(fork.status, 0, fork.log);
  assert.match(fork.log, /^::notice title=specc diff::a pull request from a fork has a token that cannot comment/m);
  assert.match(fork.summary, /^### Architecture/);
  const own = await review(context, { 'fail-on-difference': 'true' });
  assert.is(own.status, 1, own.log);
  assert.match(own.log, /^::warning title=specc diff::.*answered 403.*permissions: pull-requests: write/m);
  api.requests.length = 0;
  assert.is((await review(context, { comment: 'false' })).status, 0);
  assert.equal(api.requests, []);
});

test('mistakes in a specification are shown, and fail it', async (context) => {
  writeFileSync(join(context.folder, 'net.spec'), NET.replace('dense', 'dens'));
  const { status, log, outputs, summary } = await review(context);
  assert.is(status, 1, log);
  assert.match(outputs, /^outcome=failed$/m);
  assert.match(summary, /could not be compared\.\n\n```+text\nerror\[unknown-name\]/);
  assert.match(context.api.comments[0]!.body, /unknown-name/);
});

test('an ablation that no longer checks fails it, with the report and what check says', async (context) => {
  const { folder, api } = context;
  const spec = (name: string) =>
    `model Net(x: [8]) -> [4] {\n  ${name} = x |> dense(8) |> relu\n  ${name} |> dense(4)\n}\n\nablation Parts of Net {\n  "no body" { disable body }\n}\n`;
  writeFileSync(join(folder, 'net.spec'), spec('body'));
  git(folder, 'commit', '-q', '-a', '-m', 'second');
  writeFileSync(join(folder, 'net.spec'), spec('trunk').replace('dense(8)', 'dense(16)'));
  const { status, log, outputs } = await review(context, { budgets: 'params=+5%' });
  assert.is(status, 1, log);
  assert.match(outputs, /^outcome=failed\nreport=.*report\.md$/m);
  assert.match(log, /^::error title=specc diff::.*exceeds its budget/m);
  assert.match(log, /^::error title=specc diff::error\[edit-matches-nothing\]: .*--> net\.spec:7:23/m);
  const { body } = api.comments[0]!;
  assert.match(body, /A budget is exceeded[\s\S]*1 mistake in ablations[\s\S]*\| model \| parameters/);
  writeFileSync(join(folder, 'net.spec'), spec('body').replace('"no body"', '"without"'));
  const renamed = await review(context);
  assert.match(renamed.outputs, /^outcome=differs$/m, 'also where nothing but an ablation differs');
});

test.run();
