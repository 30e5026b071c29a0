/** Names of the generated functions: the block's own, with a suffix where a block needs more than one. */
import { camelCase, Names, parseSegment, pascalCase } from './names.ts';
import { type FunctionPlan, type Statement, usedBy } from './plan.ts';

/** What every generated file uses for itself. */
const OWN_NAMES = ['tf', 'nn', 'weights', 'mode', 'weightSpecs', 'sharedWeights', 'bindWeights', 'classes'];

/** Names all functions; the model's, which is the last, has the first choice. */
export function nameFunctions(plans: readonly FunctionPlan[], model: string): Names {
  const names = new Names(OWN_NAMES);
  const types = new Names();
  const last = plans.at(-1)!;
  last.name = names.claim(camelCase(model), `${camelCase(model)}Model`);
  last.weights = types.claim(`${pascalCase(model)}Weights`);
  const blocks = new Map<string, FunctionPlan[]>();
  for (const plan of plans.slice(0, -1)) {
    blocks.set(plan.block.name, [...(blocks.get(plan.block.name) ?? []), plan]);
  }
  for (const [block, forms] of blocks) {
    const [plainest, ...others] = [...forms].sort((a, b) => sizeOf(a) - sizeOf(b));
    const base = camelCase(block);
    plainest!.name = names.claim(base, `${base}Block`);
    plainest!.weights = types.claim(`${pascalCase(block)}Weights`, `${pascalCase(block)}BlockWeights`);
    for (const form of others) {
      const suffixes = suffixesOf(form, plainest!);
      form.name = names.claim(...suffixes.map((suffix) => `${plainest!.name}${suffix}`), plainest!.name);
      form.weights = types.claim(`${pascalCase(block)}${form.name.slice(plainest!.name.length)}Weights`);
    }
  }
  return names;
}

function sizeOf(plan: FunctionPlan): number {
  return plan.statements[0]!.length;
}

/** What sets a form of a block apart from its plainest, the clearest first: ways to end its name. */
function suffixesOf(form: FunctionPlan, plainest: FunctionPlan): readonly string[] {
  const single: string[] = [];
  for (const name of Object.keys(form.block.parameters)) {
    const values = new Set(form.bodies.map(({ block }) => block.parameters[name]));
    const [value] = values;
    if (values.size !== 1 || plainest.bodies.some(({ block }) => block.parameters[name] === value)) continue;
    if (typeof value === 'boolean') single.push(`${value ? 'With' : 'Without'}${pascalCase(name)}`);
    // A layer or a choice, by its name.
    else if (typeof value === 'string' && /^[A-Za-z]\w*$/.test(value)) single.push(`With${pascalCase(value)}`);
  }
  const [own, others] = [partsOf(form), partsOf(plainest)];
  for (const part of own) if (!others.has(part)) single.push(`With${pascalCase(part)}`);
  for (const part of others) if (!own.has(part)) single.push(`Without${pascalCase(part)}`);
  for (const suffix of suffixesUsedBy(form)) if (!suffixesUsedBy(plainest).has(suffix)) single.push(suffix);
  const pairs = single.flatMap((first, at) =>
    single.slice(at + 1).map((second) => `${first}${second.replace(/^With(?=[A-Z])/, 'And')}`),
  );
  return [...single, ...pairs];
}

/** The suffixes of the functions that a body calls. */
function suffixesUsedBy(plan: FunctionPlan): ReadonlySet<string> {
  const uses = plan.statements[0]!.flatMap((statement) => (statement.kind === 'op' ? [] : [usedBy(statement)]));
  return new Set(uses.map((use) => use.plan.name.slice(camelCase(use.plan.block.name).length)).filter(Boolean));
}

/** The names in a body, those that its author gave first. */
function partsOf(plan: FunctionPlan): ReadonlySet<string> {
  const pathOf = (statement: Statement): string => (statement.kind === 'loop' ? statement.list : statement.path);
  const names = plan.statements[0]!.map((statement) => {
    const { name } = parseSegment(pathOf(statement).split('/')[0]!);
    return { name, given: statement.kind !== 'op' || name !== statement.node.op };
  });
  return new Set([...names].sort((a, b) => Number(b.given) - Number(a.given)).map(({ name }) => name));
}
