import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatGitHub, formatJson, formatSarif } from '../../src/cli/diagnostic-formats.ts';
import { diagnostic } from '../../src/dsl/diagnostic.ts';
import { Source } from '../../src/dsl/source.ts';

const source = new Source('specs/a b.train.yaml', 'model: x\ntraining:\n  epochs: 3\n  epochs: 4\n');
const span = (text: string, from = 0) => {
  const start = source.text.indexOf(text, from);
  return source.span(start, start + text.length);
};
const first = span('epochs');
const found = [
  diagnostic(
    'config-duplicate-key',
    span('epochs', first.end),
    { key: 'epochs' },
    {
      labels: [{ span: first, text: 'first given here' }],
      notes: ['100% sure,\nreally'],
    },
  ),
  diagnostic('config-spec-missing', span('x'), { path: 'x' }, { help: undefined }),
];

test('JSON has what an editor needs, counted from 1', () => {
  const [duplicate, missing] = JSON.parse(formatJson(found));
  assert.equal(duplicate, {
    code: 'config-duplicate-key',
    severity: 'error',
    message: '`epochs` is given twice',
    file: 'specs/a b.train.yaml',
    start: { line: 4, column: 3 },
    end: { line: 4, column: 9 },
    labels: [
      {
        text: 'first given here',
        file: 'specs/a b.train.yaml',
        start: { line: 3, column: 3 },
        end: { line: 3, column: 9 },
      },
    ],
    notes: ['100% sure,\nreally'],
    help: 'keep the one that you mean',
  });
  assert.equal(missing.start, { line: 1, column: 8 });
  assert.is(formatJson([]), '[]');
});

test('GitHub annotations escape what would end them', () => {
  assert.is(
    formatGitHub(found.slice(0, 1)),
    '::error file=specs/a b.train.yaml,line=4,col=3,endLine=4,endColumn=9,title=config-duplicate-key::' +
      '`epochs` is given twice%0A100%25 sure,%0Areally%0Ahelp: keep the one that you mean',
  );
});

test('SARIF names each rule once and points at it', () => {
  const log = JSON.parse(formatSarif([...found, ...found], '1.2.3'));
  assert.is(log.version, '2.1.0');
  const [run] = log.runs;
  assert.equal(
    run.tool.driver.rules.map((rule: { id: string }) => rule.id),
    ['config-duplicate-key', 'config-spec-missing'],
  );
  assert.is(run.results.length, 4);
  for (const { ruleId, ruleIndex } of run.results) assert.is(run.tool.driver.rules[ruleIndex].id, ruleId);
  assert.equal(run.results[0].locations[0].physicalLocation, {
    artifactLocation: { uri: 'specs/a%20b.train.yaml' },
    region: { startLine: 4, startColumn: 3, endLine: 4, endColumn: 9 },
  });
  assert.is(run.results[0].relatedLocations[0].message.text, 'first given here');
});

test.run();
