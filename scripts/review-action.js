// What action.yml runs: `specc diff` of a pull request or a push, as a comment and as the summary of the job. Plain Node,
// so that it needs no installation. The exit code is that of the review; a comment that cannot be written is told, and
// changes nothing about it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const env = process.env;
/** GitHub takes 65,536 characters; what `specc diff` writes leaves this much for words around it. */
const MOST_WORDS = 4_000;
const COMMENTS_PER_PAGE = 100;

const inputs = {
  base: input('BASE'),
  paths: words(input('PATHS')),
  budgets: words(input('BUDGETS')),
  failOnDifference: flag('FAIL_ON_DIFFERENCE'),
  comment: flag('COMMENT'),
  token: input('TOKEN'),
  folder: input('WORKING_DIRECTORY'),
  command: words(input('COMMAND')),
};
const event = env.GITHUB_EVENT_PATH ? JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8')) : {};
const pullRequest = event.pull_request;

const review = reviewed(baseOfReview());
const text = reportText(review);
if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, `${text}\n`);
if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, `outcome=${review.outcome}\nreport=${review.report ?? ''}\n`);
for (const problem of review.problems) annotate('error', problem);
console.log(text);
if (inputs.comment && pullRequest !== undefined) await comment(pullRequest, text, review.outcome);
process.exitCode =
  review.outcome === 'failed' ||
  review.outcome === 'exceeded' ||
  (review.outcome === 'differs' && inputs.failOnDifference)
    ? 1
    : 0;

function input(name) {
  return (env[`INPUT_${name}`] ?? '').trim();
}

function words(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}

function flag(name) {
  const value = input(name);
  if (value === '' || value === 'true' || value === 'false') return value === 'true';
  console.log(`::error::${name.toLowerCase().replaceAll('_', '-')} is 'true' or 'false', not '${escaped(value)}'`);
  process.exit(2);
}

/** A revision that git has, after fetching it where the checkout is shallow. */
function baseOfReview() {
  if (inputs.base !== '') return inputs.base;
  const commit = pullRequest?.base.sha ?? event.before;
  if (commit === undefined || /^0+$/.test(commit)) {
    console.log(
      `::error::the event '${escaped(env.GITHUB_EVENT_NAME ?? '')}' has nothing to compare with: give 'base'`,
    );
    process.exit(2);
  }
  if (git('cat-file', '-e', `${commit}^{commit}`).status !== 0) {
    const { status, stderr } = git('fetch', '--no-tags', '--depth=1', 'origin', commit);
    if (status !== 0) {
      console.log(`::error::cannot fetch ${commit}: ${escaped(stderr.trim())}%0Acheck out with 'fetch-depth: 0'`);
      process.exit(2);
    }
  }
  return git('rev-parse', '--short', commit).stdout.trim();
}

function git(...args) {
  return spawnSync('git', args, { encoding: 'utf8' });
}

/**
 * @returns {{
 *   outcome: 'same' | 'differs' | 'exceeded' | 'failed',
 *   report?: string,
 *   markdown: string,
 *   problems: string[],
 *   exceeded: string[],
 * }} `problems` are the budgets that are exceeded, then mistakes, or else what kept specc from comparing
 */
function reviewed(base) {
  const report = join(mkdtempSync(join(env.RUNNER_TEMP ?? tmpdir(), 'specc-review-')), 'report.md');
  const [command, ...first] = speccCommand();
  const budgets = inputs.budgets.flatMap((budget) => ['--budget', budget]);
  const args = [...first, 'diff', '--base', base, ...budgets, '--format', 'md', '--out', report, ...inputs.paths];
  const { status, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  if (error !== undefined || !existsSync(report)) {
    return { outcome: 'failed', markdown: '', problems: [error?.message ?? stderr.trim()], exceeded: [] };
  }
  const markdown = readFileSync(report, 'utf8').trimEnd();
  if (status === 0) {
    const outcome = markdown.endsWith('\nNo difference.') ? 'same' : 'differs';
    return { outcome, report, markdown, problems: [], exceeded: [] };
  }
  const problems = stderr.trim().split(/^(?=error(?:\[[\w-]+\])?: )/m);
  const exceeded = problems.flatMap((each) => (each.startsWith('error: ') ? [each.slice(7).trim()] : []));
  const mistakes = problems.flatMap((each) => (each.startsWith('error[') ? [each.trim()] : []));
  const outcome = mistakes.length > 0 ? 'failed' : 'exceeded';
  return { outcome, report, markdown, problems: [...exceeded, ...mistakes], exceeded };
}

/** That of the project, or of a folder around it; otherwise the one of this repository, which is built once. */
function speccCommand() {
  if (inputs.command.length > 0) return inputs.command;
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const own = join(folder, 'node_modules/specc/dist/specc.js');
    if (existsSync(own)) return [process.execPath, own];
    if (folder === dirname(folder)) break;
  }
  const root = fileURLToPath(new URL('..', import.meta.url));
  const built = join(root, 'dist/specc.js');
  if (!existsSync(built)) {
    // Comparing needs none of the native packages, which the scripts of packages would fetch.
    runIn(root, 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
    runIn(root, process.execPath, 'scripts/bundle.js');
  }
  return [process.execPath, built];
}

function runIn(cwd, command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.log(`::error::specc could not be built: ${escaped(error?.message ?? `${command} ended with ${status}`)}`);
  process.exit(2);
}

/** Mistakes of ablations are in the report itself. */
function reportText({ report, markdown, problems, exceeded }) {
  const said = (texts) => fenced(texts.join('\n\n').slice(0, MOST_WORDS));
  if (report === undefined) return `### Architecture\n\nThe models could not be compared.\n\n${said(problems)}`;
  if (exceeded.length === 0) return markdown;
  const [title, ...rest] = markdown.split('\n');
  return [title, '', '**A budget is exceeded.**', '', said(exceeded), ...rest].join('\n');
}

/** A block that no run of backticks in the text ends. */
function fenced(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Writes the comment, or brings the one up to date that an earlier run wrote. */
async function comment({ number, head, base }, report, outcome) {
  const api = `${env.GITHUB_API_URL ?? 'https://api.github.com'}/repos/${env.GITHUB_REPOSITORY}`;
  const marker = markerOf();
  const body = `${marker}\n${report}\n\n<sub>of ${head.sha}</sub>`;
  try {
    const earlier = await findComment(`${api}/issues/${number}/comments`, marker);
    if (earlier !== undefined) await request('PATCH', `${api}/issues/comments/${earlier.id}`, { body });
    else if (outcome === 'same') console.log('there is no difference, and no comment yet: none is written');
    else await request('POST', `${api}/issues/${number}/comments`, { body });
  } catch (error) {
    const isFork = head.repo?.full_name !== base.repo.full_name;
    if (isFork && (error.status === 403 || error.status === 404)) {
      annotate(
        'notice',
        'a pull request from a fork has a token that cannot comment; the summary of the job has the report',
      );
      return;
    }
    const permission = error.status === 403 || error.status === 404;
    const help = permission ? "; give the job 'permissions: pull-requests: write'" : '';
    annotate(
      'warning',
      `the comment could not be written: ${error.message}${help}; the summary of the job has the report`,
    );
  }
}

/** Hidden in the comment: two reviews of one pull request, of different files, have a comment each. */
function markerOf() {
  const what = JSON.stringify([inputs.folder, inputs.paths]);
  return `<!-- specc diff ${createHash('sha256').update(what).digest('hex').slice(0, 16)} -->`;
}

async function findComment(url, marker) {
  for (let page = 1; ; page += 1) {
    const comments = await request('GET', `${url}?per_page=${COMMENTS_PER_PAGE}&page=${page}`);
    const found = comments.find(({ body }) => body?.startsWith(marker));
    if (found !== undefined || comments.length < COMMENTS_PER_PAGE) return found;
  }
}

async function request(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${inputs.token}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (response.ok) return JSON.parse(answer);
  const failure = new Error(`${method} ${new URL(url).pathname} answered ${response.status}: ${answer.slice(0, 300)}`);
  throw Object.assign(failure, { status: response.status });
}

/** In the log, and at the top of the run's page. */
function annotate(kind, message) {
  console.log(`::${kind} title=specc diff::${escaped(message)}`);
}

function escaped(message) {
  return message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
