/** The source of one function: its signature and one line a layer, each with the shape of its result. */
import type { Graph, ValueId } from '../../graph.ts';
import { shapeOf } from '../../graph.ts';
import type { Argument, Call } from './call.ts';
import { literalKey, literalText } from './literal.ts';
import { camelCase, Names, parseSegment } from './names.ts';
import { type Body, rankOf } from './outline.ts';
import {
  axisName,
  type Filling,
  type FunctionPlan,
  inputsOf,
  type LoopStatement,
  type OpStatement,
  outputsOf,
  type Statement,
  type UseStatement,
  usedBy,
} from './plan.ts';
import { assignVariables, type Lines, returnedAtOnce, type Variables } from './variables.ts';
import type { WeightInterface } from './weight-types.ts';

export interface FunctionText {
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly initializer?: string }[];
  readonly returnType: string;
  readonly body: string;
}

interface Returned {
  readonly name: string | undefined;
  readonly value: ValueId;
}

const LINE_WIDTH = 100;

export class FunctionWriter {
  readonly #graph: Graph;
  readonly #plan: FunctionPlan;
  readonly #weights: WeightInterface;
  readonly #names: Names;
  readonly #inputs: ReadonlyMap<ValueId, string>;
  readonly #options: ReadonlyMap<string, string>;
  readonly #returned: readonly Returned[];
  readonly #statements: readonly Statement[];
  readonly #returnedAtOnce: ValueId | undefined;
  readonly #variables: Variables;
  readonly #lines: string[] = [];

  /** With `upTo`, the function ends before that statement and returns what the one before it makes. */
  constructor(graph: Graph, plan: FunctionPlan, weights: WeightInterface, upTo?: number) {
    this.#graph = graph;
    this.#plan = plan;
    this.#weights = weights;
    const body = plan.bodies[0]!;
    this.#statements = plan.statements[0]!.slice(0, upTo);
    const callees = this.#statements.flatMap((each) => (each.kind === 'op' ? [] : [usedBy(each).plan.name]));
    this.#names = new Names(['tf', 'nn', 'weights', 'mode', ...callees]);
    this.#inputs = new Map(body.inputs.map(({ name, value }) => [value, this.#claim(name)]));
    this.#options = new Map(plan.parameters.map(({ name }) => [name, this.#names.claim(name)]));
    this.#returned =
      upTo === undefined ? body.outputs : [{ name: undefined, value: outputsOf(this.#statements.at(-1)!)[0]! }];
    const lines: Lines = {
      statements: this.#statements,
      returned: this.#returned.map(({ value }) => value),
      groupOf: body.groupOf,
      parameters: this.#inputs,
    };
    this.#returnedAtOnce = returnedAtOnce(lines);
    this.#variables = assignVariables(graph, lines, this.#names);
  }

  write(isModel: boolean): FunctionText {
    for (const [at, statement] of this.#statements.entries()) {
      if (statement.kind === 'loop') this.#loop(statement, at);
      else this.#statement(statement, at);
    }
    if (this.#returnedAtOnce === undefined) this.#lines.push(`return ${this.#returnValue()};`);
    return {
      name: this.#plan.name,
      doc: this.#doc(),
      parameters: this.#parameters(isModel),
      returnType: this.#returnType(),
      body: this.#lines.join('\n'),
    };
  }

  /** `x` for an input, `levels0` for an element of one. */
  #claim(port: string): string {
    const { name, index } = parseSegment(port);
    const plain = `${camelCase(name)}${index ?? ''}`;
    return this.#names.claim(plain, `${plain}In`);
  }

  // ── signature ───────────────────────────────────────────────────────────────────────────────────────────────────

  #parameters(isModel: boolean): FunctionText['parameters'] {
    const { parameters, traits } = this.#plan;
    const inputs = inputParts(this.#plan.bodies[0]!).map(({ values, isList }) => {
      const names = values.map((value) => this.#inputs.get(value)!);
      const types = values.map((value) => this.#tensorType(value));
      if (!isList) return { name: names[0]!, type: types[0]! };
      return { name: `[${names.join(', ')}]`, type: `readonly [${types.join(', ')}]` };
    });
    const weights = traits.weights ? [{ name: 'weights', type: this.#weights.name }] : [];
    const fields = parameters.map(({ name, type }) => `${name}: ${type}`);
    const options =
      parameters.length > 0
        ? [
            {
              name: `{ ${[...this.#options].map(([name, local]) => (name === local ? name : `${name}: ${local}`)).join(', ')} }`,
              type: `{ ${fields.join('; ')} }`,
            },
          ]
        : [];
    const mode = traits.mode
      ? [{ name: 'mode', type: 'nn.Mode', ...(isModel && { initializer: 'nn.inference' }) }]
      : [];
    return [...inputs, ...weights, ...options, ...mode];
  }

  #returnType(): string {
    const returned = this.#returned;
    const types = returned.map(({ value }) => this.#tensorType(value));
    if (returned.length === 1) return types[0]!;
    if (!returned.every(isNamed)) return `[${types.join(', ')}]`;
    return `{ ${returned.map(({ name }, at) => `${camelCase(name!)}: ${types[at]}`).join('; ')} }`;
  }

  #returnValue(): string {
    const returned = this.#returned;
    const values = returned.map(({ value }) => this.#variable(value));
    if (returned.length === 1) return values[0]!;
    if (!returned.every(isNamed)) return `[${values.join(', ')}]`;
    const fields = returned.map(({ name }, at) =>
      camelCase(name!) === values[at] ? values[at] : `${camelCase(name!)}: ${values[at]}`,
    );
    return `{ ${fields.join(', ')} }`;
  }

  #doc(): string {
    const { block } = this.#plan;
    const positions = [...this.#inputs.keys()];
    const inputs = positions.map((_, at) => this.#shape((use) => this.#plan.bodies[use]!.inputs[at]!.value));
    const outputs = this.#returned.map(({ value }) => this.#shapeOfValue(value));
    const shapes = `\`${inputs.join(', ')} -> ${outputs.join(', ')}\``;
    return block.doc === undefined ? `${block.name}: ${shapes}.` : `${block.doc}\n\n${shapes}`;
  }

  #tensorType(value: ValueId): string {
    const rank = rankOf(this.#graph, value);
    // TensorFlow.js names no type of six axes, and knows of no more.
    return rank <= 5 ? `tf.Tensor${rank}D` : rank === 6 ? 'tf.Tensor<tf.Rank.R6>' : 'tf.Tensor';
  }

  // ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────

  #statement(statement: OpStatement | UseStatement, at: number): void {
    const outputs = outputsOf(statement);
    const comment = outputs.map((_, output) =>
      this.#shape((use) => outputsOf(this.#plan.statements[use]![at]!)[output]!),
    );
    const isTyped = statement.kind === 'use' || statement.call.typed;
    const target = outputs[0] === this.#returnedAtOnce ? 'return ' : this.#target(statement, outputs, isTyped);
    const fillings = this.#plan.fillings[at]!;
    const [callee, args] =
      statement.kind === 'op'
        ? this.#call(statement, statement.call, at, fillings)
        : this.#useCall(statement, at, fillings);
    this.#lines.push(`${layout(target, callee, args)}; // ${comment.join(', ')}`);
  }

  /** `const y = `, `let y = `, `y = `, `const [a, b] = `, `const { low, high } = `; without results that nothing reads. */
  #target(statement: OpStatement | UseStatement, outputs: readonly ValueId[], isTyped: boolean): string {
    const names = outputs.map((value) => this.#variable(value));
    if (outputs.length > 1) {
      const ports = statement.kind === 'use' ? statement.use.body.outputs : [];
      const isRead = (at: number): boolean => !this.#variables.unread.has(outputs[at]!);
      if (ports.length === 0 || !ports.every(isNamed)) {
        const last = names.findLastIndex((_, at) => isRead(at));
        return `const [${names
          .map((name, at) => (isRead(at) ? name : ''))
          .slice(0, last + 1)
          .join(', ')}] = `;
      }
      const fields = ports.flatMap(({ name }, at) => {
        if (!isRead(at)) return [];
        return camelCase(name!) === names[at] ? names[at]! : `${camelCase(name!)}: ${names[at]}`;
      });
      return `const { ${fields.join(', ')} } = `;
    }
    const [name, value] = [names[0]!, outputs[0]!];
    if (this.#variables.reassigned.has(value)) return `${name} = `;
    const annotation = isTyped ? '' : `: ${this.#tensorType(value)}`;
    return `${this.#variables.mutable.has(name) ? 'let' : 'const'} ${name}${annotation} = `;
  }

  #loop(statement: LoopStatement, at: number): void {
    const [value] = outputsOf(statement) as [ValueId];
    const name = this.#variable(value);
    const inputs = inputsOf(statement).map((input) => this.#variable(input));
    if (this.#variables.copied.has(statement)) {
      this.#lines.push(`let ${name} = ${inputs[statement.carried]};`);
    }
    inputs[statement.carried] = name;
    const use = usedBy(statement);
    const count = statement.uses.length;
    const list = `weights${this.#weights.access.get(at)}`;
    const range = statement.toEnd ? String(statement.first) : `${statement.first}, ${statement.first + count}`;
    const part = statement.toEnd ? 'from' : 'between';
    const some = statement.mixed ? `nn.${part}(${list}, ${range})` : `${list}.slice(${range})`;
    const elements = range === '0' ? list : some;
    const element = ['block', 'layer', 'own'].find((each) => this.#names.isFree(each))!;
    const index = statement.first === 0 ? 'i' : `i + ${statement.first}`;
    const mode = use.plan.traits.dropout ? `nn.within(mode, \`${statement.list}[\${${index}}]\`)` : 'mode';
    const options = this.#useOptions(use.plan, this.#plan.fillings[at]!);
    const args = [...inputArguments(use.body, inputs), element, ...options, ...(use.plan.traits.mode ? [mode] : [])];
    const counted = use.plan.traits.dropout;
    const head = counted
      ? `for (const [i, ${element}] of ${elements}.entries())`
      : `for (const ${element} of ${elements})`;
    const last = this.#shape((other) => outputsOf(this.#plan.statements[other]![at]!)[0]!);
    const shape = statement.uniform ? last : `${this.#firstShape(at)} … ${last}`;
    const call = `${use.plan.name}(${args.join(', ')})`;
    const line = `${head} ${name} = ${call};`;
    if (line.length <= LINE_WIDTH) this.#lines.push(`${line} // ${shape}`);
    else this.#lines.push(`${head} {`, `  ${layout(`${name} = `, use.plan.name, args, '  ')}; // ${shape}`, '}');
  }

  /** The shape that the first iteration of a loop makes. */
  #firstShape(at: number): string {
    return this.#shape((use) => usedBy(this.#plan.statements[use]![at] as LoopStatement).body.outputs[0]!.value);
  }

  // ── expressions ─────────────────────────────────────────────────────────────────────────────────────────────────

  #call(statement: OpStatement, call: Call, at: number, fillings: readonly Filling[]): [string, string[]] {
    const open = [...fillings];
    const write = (inner: Call): [string, string[]] => [inner.callee, inner.args.flatMap((each) => argument(each))];
    const fill = (): string => this.#filling(open.shift()!);
    const argument = (each: Argument): string[] => {
      switch (each.kind) {
        case 'input':
          return [this.#operand(statement, each)];
        case 'inputs':
          return [
            `[${inputsOf(statement)
              .map((value) => this.#variable(value))
              .join(', ')}]`,
          ];
        case 'call': {
          const [callee, args] = write(each.call);
          return [`${callee}(${args.join(', ')})`];
        }
        case 'weights':
          return [`weights${this.#weights.access.get(at)}`];
        case 'no weights':
          return ['{}'];
        case 'mode':
          return ['mode'];
        case 'name':
          return [literalText(statement.path)];
        case 'slot':
          return [fill()];
        case 'options': {
          const given = each.slots.flatMap(({ name, fallback }) => {
            const filling = open.shift()!;
            const isFallback =
              'value' in filling && fallback !== undefined && literalKey(filling.value) === literalKey(fallback);
            return isFallback ? [] : [property(name, this.#filling(filling))];
          });
          return given.length === 0 ? [] : [`{ ${given.join(', ')} }`];
        }
      }
    };
    return write(call);
  }

  #useCall(statement: UseStatement, at: number, fillings: readonly Filling[]): [string, string[]] {
    const { plan, body } = statement.use;
    const variables = inputsOf(statement).map((value) => this.#variable(value));
    const inputs = inputArguments(body, variables);
    const weights = plan.traits.weights ? [`weights${this.#weights.access.get(at)}`] : [];
    const inside =
      plan.traits.dropout && statement.path !== '' ? `nn.within(mode, ${literalText(statement.path)})` : 'mode';
    const mode = plan.traits.mode ? [inside] : [];
    return [plan.name, [...inputs, ...weights, ...this.#useOptions(plan, fillings), ...mode]];
  }

  #useOptions(callee: FunctionPlan, fillings: readonly Filling[]): string[] {
    const given = callee.parameters.map(({ name }, at) => property(name, this.#filling(fillings[at]!)));
    return given.length === 0 ? [] : [`{ ${given.join(', ')} }`];
  }

  #operand(statement: OpStatement, { index, rank }: Extract<Argument, { kind: 'input' }>): string {
    const name = this.#variable(statement.node.inputs[index]!);
    return rank === undefined ? name : `nn.expandTo(${name}, ${rank})`;
  }

  #filling(filling: Filling): string {
    return 'value' in filling ? literalText(filling.value) : this.#options.get(filling.parameter)!;
  }

  #variable(value: ValueId): string {
    return this.#variables.of.get(value)!;
  }

  // ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The shape of a value, given where each use of the function has it. */
  #shape(valueIn: (use: number) => ValueId): string {
    const shapes = this.#plan.bodies.map((_, use) => shapeOf(this.#graph, valueIn(use)));
    const rank = shapes[0]!.length;
    const sizes = shapes[0]!.map((_, axis) =>
      this.#plan.symbols.inComment(
        shapes.map((shape) => shape[axis]!),
        axisName(rank, axis),
      ),
    );
    return `[${sizes.join(', ')}]`;
  }

  #shapeOfValue(value: ValueId): string {
    const statements = this.#plan.statements[0]!;
    const at = statements.findIndex((statement) => outputsOf(statement).includes(value));
    if (at < 0) {
      const input = this.#plan.bodies[0]!.inputs.findIndex((port) => port.value === value);
      return this.#shape((use) => this.#plan.bodies[use]!.inputs[input]!.value);
    }
    const output = outputsOf(statements[at]!).indexOf(value);
    return this.#shape((use) => outputsOf(this.#plan.statements[use]![at]!)[output]!);
  }
}

/** What a function takes: a tensor each, or those of a list together. */
interface InputPart {
  readonly values: readonly ValueId[];
  readonly isList: boolean;
}

function inputParts({ inputs }: Body): readonly InputPart[] {
  const parts: { values: ValueId[]; list: string | undefined }[] = [];
  for (const { value, list } of inputs) {
    const before = parts.at(-1);
    if (before !== undefined && list !== undefined && before.list === list) before.values.push(value);
    else parts.push({ values: [value], list });
  }
  return parts.map(({ values, list }) => ({ values, isList: list !== undefined }));
}

/** The variables that a call gives for the inputs of a body, those of a list in brackets. */
function inputArguments(body: Body, variables: readonly string[]): readonly string[] {
  let at = 0;
  return inputParts(body).map(({ values, isList }) => {
    const given = variables.slice(at, at + values.length).join(', ');
    at += values.length;
    return isList ? `[${given}]` : given;
  });
}

/** Whether an output can be a property: `pyramid[1]` cannot. */
function isNamed({ name }: Returned): boolean {
  return name !== undefined && /^\w+$/.test(name);
}

function property(name: string, value: string): string {
  return name === value ? name : `${name}: ${value}`;
}

/** `target callee(args)`, the arguments on lines of their own where one is too short. */
function layout(target: string, callee: string, args: readonly string[], indent = ''): string {
  const line = `${target}${callee}(${args.join(', ')})`;
  if (line.length + indent.length <= LINE_WIDTH) return line;
  const lines = args.map((each) => `${indent}  ${fold(each, `${indent}  `)},`);
  return `${target}${callee}(\n${lines.join('\n')}\n${indent})`;
}

/** A long list over several lines. */
function fold(argument: string, indent: string): string {
  if (argument.length + indent.length <= LINE_WIDTH || !argument.startsWith('[')) return argument;
  const lines: string[] = [];
  let line = `${indent} `;
  for (const element of argument.slice(1, -1).split(', ')) {
    if (line.length + element.length + 2 > LINE_WIDTH) {
      lines.push(line);
      line = `${indent} `;
    }
    line += ` ${element},`;
  }
  return `[\n${[...lines, line].join('\n')}\n${indent}]`;
}
