import { test } from 'uvu';
import * as assert from 'uvu/assert';
import schema from '../../schemas/train.schema.json' with { type: 'json' };
import { PATH_PATTERN } from '../../src/compiler/variants/match.ts';
import { emitConfig, planTypes } from '../../src/config/emit-config.ts';
import { loadExperiment } from '../../src/config/experiment.ts';
import type { Schema } from '../../src/config/schema-words.ts';
import { Source } from '../../src/dsl/source.ts';
import { loader } from './specifications.ts';

interface Documented extends Schema {
  readonly description?: string;
}

/** Every field with its path. */
function fieldsOf(mapping: Documented, path = ''): [string, Documented][] {
  return [mapping, ...(mapping.anyOf ?? [])].flatMap((branch) =>
    Object.entries(branch.properties ?? {}).flatMap(([key, field]): [string, Documented][] => {
      const name = path === '' ? key : `${path}.${key}`;
      return [[name, field], ...fieldsOf(field, name)];
    }),
  );
}

const fields = fieldsOf(schema as Documented);

test('a pattern of blocks is the same in a configuration as on the command line', () => {
  const [one, several] = fields.find(([path]) => path === 'training.recompute')![1].anyOf!;
  assert.is(one!.pattern, PATH_PATTERN.source.replaceAll('\\/', '/'));
  assert.is(several!.items!.pattern, one!.pattern);
});

test('every field is described, and has a default or an example unless it is a mapping', () => {
  for (const [path, field] of fields) {
    assert.ok(field.description?.endsWith('.'), `${path} has no description`);
    const shown =
      field.default !== undefined || field.examples !== undefined || /Default: /.test(field.description ?? '');
    assert.ok(shown || field.type === 'object', `${path} has neither a default nor an example`);
  }
});

test('the defaults in the schema are those that the plan gets', () => {
  const planWith = (...overrides: string[]) => {
    const spec = overrides.some((each) => each.startsWith('ablation.')) ? 'parts.spec' : 'net.spec';
    const source = new Source('x.train.yaml', `model: ${spec}\ndata: { synthetic: {} }\n`);
    const { value } = loadExperiment(source, loader, overrides);
    return JSON.stringify(value === undefined ? 'refused' : [value.plan, value.ablation?.warmStart ?? null]);
  };
  const scalars = fields.filter(([, field]) => field.default !== undefined && typeof field.default !== 'object');
  assert.ok(scalars.length >= 20);
  for (const [path, field] of scalars) {
    // A field of an alternative only shows beside the plain choice of that alternative.
    const chosen = /^(training\.(?:optimizer|learning_rate)\.\w+)\./.exec(path)?.[1];
    const needed = {
      'training.learning_rate.cosine': '{ from: 1 }',
      'training.learning_rate.step': '{ from: 1, every: 2 }',
    };
    const ablation = path.startsWith('ablation.') ? ['ablation.variants=Parts'] : [];
    const base = chosen === undefined ? ablation : [`${chosen}=${needed[chosen as keyof typeof needed] ?? '{}'}`];
    const written = planWith(...base, `${path}=${field.default}`);
    assert.is.not(written, '"refused"', path);
    assert.is(written, planWith(...base), `the default of ${path}`);
  }
});

test('emitting is deterministic and keeps odd characters', () => {
  const text = `model: net.spec\nset: { classes: 2 }\ndata: { train: "a'b\\\\c", classes: ["x\\n", '"'] }\n`;
  const { value } = loadExperiment(new Source('x.train.yaml', text), loader, []);
  const emitted = emitConfig(value!.written, 'x.train.yaml');
  assert.is(emitConfig(value!.written, 'x.train.yaml'), emitted);
  const [, literal = ''] = /plan = (\{[\s\S]*\}) as const/.exec(emitted) ?? [];
  const read = new Function(`return ${literal}`)();
  assert.equal(read, JSON.parse(JSON.stringify(value!.written)));
});

test('the generated type of plans needs no import', () => {
  assert.not.match(planTypes, /^import/m);
});

test.run();
