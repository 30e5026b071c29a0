/**
 * Holds a configuration to its schema: in, a tree; out, one diagnostic for each mistake, at its key or its value.
 *
 * ajv reports a mistake once for each alternative that it breaks and again for the alternatives as a whole. Alternatives
 * in this schema always differ in their type (a word, or a mapping), so the one whose type the value has is the one that
 * was meant, and only what it says is told.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import schema from '../../schemas/train.schema.json' with { type: 'json' };
import { type Diagnostic, diagnostic } from '../dsl/diagnostic.ts';
import { didYouMean, suggest } from '../shared/suggest.ts';
import type { TrainingConfig } from './config.ts';
import { type ConfigNode, type ConfigPath, keySpanAt, nodeAt, pathText, plainOf, valueSpanAt } from './config-tree.ts';
import { ownPathOf } from './foreign-keys.ts';
import {
  describeTypes,
  describeValue,
  exampleOf,
  homesInConfig,
  misreadHelp,
  type Schema,
  wrappedHelp,
} from './schema-words.ts';

let compiled: ValidateFunction | undefined;

/** The mistakes in the form of `root`; none: `plainOf(root)` is a `TrainingConfig`. */
export function validateConfig(root: ConfigNode): Diagnostic[] {
  compiled ??= new Ajv({ allErrors: true, verbose: true, keywords: ['patternErrorMessage'] }).compile(schema);
  if (compiled(plainOf(root))) return [];
  return meantErrors(compiled.errors ?? []).flatMap((error) => explain(root, error) ?? []);
}

/** The tree as typed data. Only for trees in which `validateConfig` finds nothing. */
export function configOf(root: ConfigNode): TrainingConfig {
  return plainOf(root) as TrainingConfig;
}

function pathOf(error: ErrorObject): ConfigPath {
  const steps = error.instancePath.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Leaves out what alternatives say that were not meant, and what follows from a value of the wrong type. */
function meantErrors(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf');
  const choices = errors.filter((error) => error.keyword === 'oneOf');
  const kept = errors.filter((error) => {
    if (choices.some((choice) => error.schemaPath.startsWith(`${choice.schemaPath}/`))) return false;
    if (error.keyword === 'anyOf') return !unionTypes(error).includes(jsonType(error.data));
    const union = unions.find((each) => error.schemaPath.startsWith(`${each.schemaPath}/`));
    if (union === undefined || union.instancePath !== error.instancePath) return true;
    const branch = Number(error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0]);
    return unionTypes(union)[branch] === jsonType(error.data);
  });

  const wrongTypes = kept.filter((error) => error.keyword === 'type' || error.keyword === 'anyOf');
  return kept.filter((error) => {
    if (wrongTypes.some((wrong) => wrong !== error && wrong.instancePath === error.instancePath)) return false;
    const missing = error.keyword === 'required' || error.keyword === 'oneOf';
    return !(missing && isMisspelt(error, kept));
  });
}

function unionTypes(union: ErrorObject): (string | undefined)[] {
  return (union.schema as Schema[]).map((branch) => branch.type);
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

/** Whether an unknown key beside it is so near to the missing one that it stands for it. */
function isMisspelt(missing: ErrorObject, errors: readonly ErrorObject[]): boolean {
  const wanted = missing.keyword === 'required' ? [String(missing.params['missingProperty'])] : alternativesOf(missing);
  return errors.some(
    (error) =>
      error.keyword === 'additionalProperties' &&
      error.instancePath === missing.instancePath &&
      suggest(String(error.params['additionalProperty']), wanted) !== undefined,
  );
}

/** The keys of which a mapping has one. */
function alternativesOf(error: ErrorObject): string[] {
  const branches = error.keyword === 'not' ? [error.schema as Schema] : (error.schema as Schema[]);
  return branches.flatMap((branch) => branch.required ?? []);
}

/** A finding of ajv as a diagnostic. */
function explain(root: ConfigNode, error: ErrorObject): Diagnostic | undefined {
  const path = pathOf(error);
  const field = pathText(path);
  const parent = error.parentSchema as Schema;
  const here = valueSpanAt(root, path);

  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(root, path, String(error.params['additionalProperty']), parent);
    case 'required': {
      const key = String(error.params['missingProperty']);
      return diagnostic('config-missing-key', placeOf(root, path), {
        key,
        within: field,
        example: exampleOf(parent.properties?.[key]),
      });
    }
    case 'dependencies': {
      const key = String(error.params['missingProperty']);
      const because = [...path, String(error.params['property'])];
      return diagnostic('config-missing-key', keySpanAt(root, because), {
        key,
        within: field,
        example: exampleOf(parent.properties?.[key]),
      });
    }
    case 'oneOf':
    case 'not': {
      const keys = alternativesOf(error);
      const given = keys.filter((key) => nodeAt(root, [...path, key]) !== undefined);
      const [first, last] = given.map((key) => keySpanAt(root, [...path, key]));
      const span = last ?? placeOf(root, path);
      const labels = first !== undefined && last !== undefined ? [{ span: first, text: 'and this' }] : [];
      return diagnostic('config-alternatives', span, { within: field, keys, given }, { labels });
    }
    case 'type':
    case 'anyOf': {
      const types = error.keyword === 'type' ? [parent] : (error.schema as Schema[]);
      const details = { help: misreadHelp(error.data, types) ?? wrappedHelp(path, error.data, types) };
      const args = { field, expected: describeTypes(types, path.length === 0), found: describeValue(error.data) };
      const span = here.start < here.end ? here : keySpanAt(root, path);
      return diagnostic('config-type', span, args, details);
    }
    case 'uniqueItems': {
      const [first, second] = [error.params['i'], error.params['j']]
        .sort((a, b) => a - b)
        .map((at) => [...path, String(at)]);
      const labels = [{ span: valueSpanAt(root, first ?? path), text: 'first listed here' }];
      const item = describeValue(nodeAt(root, second ?? path) && plainOf(nodeAt(root, second ?? path)!));
      return diagnostic('config-duplicate-item', valueSpanAt(root, second ?? path), { field, item }, { labels });
    }
    case 'enum': {
      const choices = (error.schema as unknown[]).map(String);
      const value = String(error.data);
      return diagnostic('config-choice', here, { field, value, choices }, { help: didYouMean(value, choices) });
    }
    default: {
      const requirement = requirementOf(error, parent);
      return diagnostic('config-range', here, { field, requirement, value: describeValue(error.data) });
    }
  }
}

/** Where something is missing: the key of the mapping that lacks it; for the file itself, its first key. */
function placeOf(root: ConfigNode, path: ConfigPath) {
  if (path.length > 0) return keySpanAt(root, path);
  const [first] = root.kind === 'mapping' ? root.fields.values() : [];
  return first?.keySpan ?? root.span;
}

function unknownKey(root: ConfigNode, path: ConfigPath, key: string, parent: Schema): Diagnostic {
  const known = Object.keys(parent.properties ?? {});
  const near = didYouMean(key, known);
  const homes = homesInConfig(key).map((home) => (home === '' ? 'the file itself, unindented' : `\`${home}\``));
  const elsewhere = homes.length === 0 ? undefined : `\`${key}\` is a field of ${homes.join(' and of ')}`;
  const own = ownPathOf(key);
  const help = own === undefined ? (elsewhere ?? near) : `that is \`${own}\` here`;
  const args = { key, within: pathText(path), known };
  return diagnostic('config-unknown-key', keySpanAt(root, [...path, key]), args, { help });
}

/** What follows "must be". */
function requirementOf(error: ErrorObject, parent: Schema): string {
  const limit = String(error.params['limit']);
  switch (error.keyword) {
    case 'minimum':
      return `at least ${limit}`;
    case 'maximum':
      return `at most ${limit}`;
    case 'exclusiveMinimum':
      return `more than ${limit}`;
    case 'exclusiveMaximum':
      return `less than ${limit}`;
    case 'minLength':
      return 'filled in';
    case 'minItems':
    case 'maxItems':
      return describeTypes([parent], false);
    case 'pattern':
      return (parent.patternErrorMessage ?? `must match ${parent.pattern}`).replace(/^must be /, '');
    default:
      return error.message ?? 'as the schema says';
  }
}
