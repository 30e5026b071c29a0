/** The schema in words: what a field takes, what a value is, where a key belongs. */
import trainSchema from '../../schemas/train.schema.json' with { type: 'json' };

/** The parts of JSON Schema that `schemas/train.schema.json` is written in. */
export interface Schema {
  readonly type?: string;
  readonly properties?: { readonly [key: string]: Schema };
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
}

/** `a whole number`, `one of \`adam\`, \`sgd\`, or a mapping with \`adam\` or \`sgd\``. */
export function describeTypes(types: readonly Schema[], isFile: boolean): string {
  return types.map((each) => describeType(each, isFile)).join(', or ');
}

function describeType(schema: Schema, isFile: boolean): string {
  switch (schema.type) {
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return '`true` or `false`';
    case 'string':
      return schema.enum === undefined ? 'a text' : schema.enum.map((each) => `\`${each}\``).join(' or ');
    case 'array':
      return describeList(schema);
    default: {
      const keys = isFile ? ['model', 'data', 'training'] : (schema.required ?? Object.keys(schema.properties ?? {}));
      const fields = keys.slice(0, 3).map((key) => `\`${key}: …\``);
      return keys.length === 0 ? 'a mapping (`name: value`)' : `a mapping with fields such as ${fields.join(', ')}`;
    }
  }
}

function describeList({ items, minItems, maxItems }: Schema): string {
  const what = items?.type === 'string' ? 'texts' : 'numbers';
  if (minItems === undefined && maxItems === undefined) return `a list of ${what}`;
  if (minItems === maxItems) return `a list of ${minItems} ${what}`;
  return maxItems === undefined
    ? `a list of at least ${minItems} ${what}`
    : `a list of ${minItems} to ${maxItems} ${what}`;
}

/** `the text \`ten\``, `a list`, `3`: what a value is, for "not …". */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : `the text \`${value}\``;
    case 'number':
    case 'boolean':
      return `\`${value}\``;
    default:
      return value === null ? 'nothing' : 'a mapping';
  }
}

/** Advice for values that YAML reads as something other than was meant. */
export function misreadHelp(value: unknown, types: readonly Schema[]): string | undefined {
  const takes = (type: string) => types.some((each) => each.type === type);
  if (value === null) return 'give a value after the colon, or take the key out';
  if (typeof value === 'string') {
    const truth = /^(yes|on|y)$/i.test(value) ? true : /^(no|off|n)$/i.test(value) ? false : undefined;
    if (takes('boolean') && truth !== undefined) return `YAML reads \`${value}\` as a text: write \`${truth}\``;
    if (takes('boolean') && /^(true|false)$/i.test(value)) return 'leave out the quotes';
    const number = Number(value.replaceAll('_', '').replace(',', '.'));
    if ((takes('number') || takes('integer')) && value.trim() !== '' && Number.isFinite(number)) {
      return value === String(number) ? 'leave out the quotes' : `write \`${number}\``;
    }
  }
  const takesText = types.some((each) => each.type === 'string' && each.enum === undefined);
  if (takesText && (typeof value === 'number' || typeof value === 'boolean')) return `put it in quotes: "${value}"`;
  return undefined;
}

/** `split: 0.2` for `split: { validation: 0.2 }`: a value in place of the mapping whose first field takes it. */
export function wrappedHelp(path: readonly string[], value: unknown, types: readonly Schema[]): string | undefined {
  const [mapping, ...others] = types;
  if (mapping?.type !== 'object' || others.length > 0 || typeof value !== 'number') return undefined;
  const [first] = mapping.required ?? Object.keys(mapping.properties ?? {});
  const field = first === undefined ? undefined : mapping.properties?.[first];
  const takesNumber = field !== undefined && (field.type === 'number' || field.type === 'integer');
  return takesNumber ? `write \`${path.at(-1)}: { ${first}: ${value} }\`` : undefined;
}

/** How a missing field might be written: its first example on one line of YAML. */
export function exampleOf(schema: Schema | undefined): string | undefined {
  const example = schema?.examples?.[0] ?? schema?.default;
  if (example !== undefined) return flow(example);
  const fields = Object.entries(schema?.properties ?? {}).filter(([, field]) => field.examples !== undefined);
  const [key, field] = fields[0] ?? [];
  return key === undefined ? undefined : `{ ${key}: ${flow(field?.examples?.[0])} }`;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([key, each]) => `${key}: ${flow(each)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** The mappings that have a field `key`, by path: `training`, `training.optimizer.adam`; the file itself is empty. */
export function homesInConfig(key: string): string[] {
  return homesOf(trainSchema as Schema, key, '');
}

function homesOf(schema: Schema, key: string, path: string): string[] {
  const homes: string[] = [];
  for (const branch of [schema, ...(schema.anyOf ?? [])]) {
    if (Object.hasOwn(branch.properties ?? {}, key)) homes.push(path);
    for (const [name, field] of Object.entries(branch.properties ?? {})) {
      homes.push(...homesOf(field, key, path === '' ? name : `${path}.${name}`));
    }
  }
  return homes;
}
