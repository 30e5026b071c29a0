/**
 * Which variable each value of a function lives in. A named result gives its name; a value that more than one line reads
 * is called after what made it; everything else goes through one variable, as one would write it by hand.
 */
import type { Graph, ValueId } from '../../graph.ts';
import { camelCase, type Names, parseSegment } from './names.ts';
import { listPlace, rankOf } from './outline.ts';
import { inputsOf, outputsOf, type Statement } from './plan.ts';

export interface Variables {
  /** The variable of each value; none for a value that is returned where it is made. */
  readonly of: ReadonlyMap<ValueId, string>;
  /** The values that are assigned to a variable that was there before. */
  readonly reassigned: ReadonlySet<ValueId>;
  /** The variables, other than parameters, that are assigned more than once. */
  readonly mutable: ReadonlySet<string>;
  /** Results of blocks that no line reads. */
  readonly unread: ReadonlySet<ValueId>;
  /** Loops that start from a value which is still needed after them, or lives elsewhere. */
  readonly copied: ReadonlySet<Statement>;
}

/** The lines of a function as far as variables go. */
export interface Lines {
  readonly statements: readonly Statement[];
  /** The values that the function returns. */
  readonly returned: readonly ValueId[];
  /** The named result that a value is a step towards. */
  readonly groupOf: ReadonlyMap<ValueId, string>;
  readonly parameters: ReadonlyMap<ValueId, string>;
}

/** Used in this order for values without a name. */
const PLAIN_NAMES = ['x', 'y', 'z', 'u', 'v'];

/** The value that the last line can return as it makes it. */
export function returnedAtOnce({ statements, returned }: Lines): ValueId | undefined {
  const last = statements.at(-1);
  if (last === undefined || last.kind === 'loop' || returned.length !== 1) return undefined;
  const outputs = outputsOf(last);
  return outputs.length === 1 && outputs[0] === returned[0] ? outputs[0] : undefined;
}

export function assignVariables(graph: Graph, lines: Lines, names: Names): Variables {
  const { statements, returned, parameters } = lines;
  const readers = new Map<ValueId, number[]>();
  const read = (value: ValueId, at: number): void => {
    const before = readers.get(value);
    if (before === undefined) readers.set(value, [at]);
    else before.push(at);
  };
  for (const [at, statement] of statements.entries()) for (const value of new Set(inputsOf(statement))) read(value, at);
  for (const value of returned) read(value, statements.length);
  const groups = groupChains(graph, lines, readers);
  const shared = sharedLists(statements, readers);
  const unneeded = returnedAtOnce(lines);

  const of = new Map(parameters);
  const reassigned = new Set<ValueId>();
  const mutable = new Set<string>();
  const copied = new Set<Statement>();
  /** The name that a variable was meant for; undefined for one that any chain may go through. */
  const purpose = new Map<string, string | undefined>();
  /** The variables that take apart what a block makes, which are constants. */
  const apart = new Set<string>();
  for (const name of parameters.values()) purpose.set(name, name.length === 1 ? undefined : `parameter ${name}`);

  for (const [at, statement] of statements.entries()) {
    const outputs = outputsOf(statement);
    for (const [index, value] of outputs.entries()) {
      if (value === unneeded) continue;
      const isChained = outputs.length === 1 && !shared.has(listOf(statement)) && (readers.get(value) ?? []).length < 2;
      const given = groups.get(value) ?? givenName(statement, index);
      const wanted = given ?? (isChained || statement.kind === 'loop' ? undefined : segmentOf(statement));
      const isReusable = (input: ValueId): boolean =>
        readers.get(input)!.at(-1) === at &&
        rankOf(graph, input) === rankOf(graph, value) &&
        !apart.has(of.get(input)!) &&
        purpose.get(of.get(input)!) === wanted;
      const reusable = outputs.length === 1 ? inputsOf(statement).find(isReusable) : undefined;
      if (reusable !== undefined) {
        const variable = of.get(reusable)!;
        of.set(value, variable);
        reassigned.add(value);
        if (![...parameters.values()].includes(variable)) mutable.add(variable);
        continue;
      }
      const variable = claim(names, wanted);
      of.set(value, variable);
      purpose.set(variable, wanted);
      if (outputs.length > 1) apart.add(variable);
      if (statement.kind === 'loop') {
        copied.add(statement);
        mutable.add(variable);
      }
    }
  }
  const made = statements.flatMap((statement) => outputsOf(statement));
  const unread = new Set(made.filter((value) => !readers.has(value)));
  return { of, reassigned, mutable, unread, copied };
}

/** The steps towards each named result that its own variable can hold: those of its rank that only the next one reads. */
function groupChains(
  graph: Graph,
  { statements, groupOf }: Lines,
  readers: ReadonlyMap<ValueId, readonly number[]>,
): ReadonlyMap<ValueId, string> {
  const makers = new Map<ValueId, Statement>();
  const results = new Map<string, ValueId>();
  for (const statement of statements) {
    for (const value of outputsOf(statement)) {
      makers.set(value, statement);
      const group = groupOf.get(value);
      if (group !== undefined) results.set(group, value);
    }
  }
  const chains = new Map<ValueId, string>();
  for (const [group, result] of results) {
    let value: ValueId | undefined = result;
    while (value !== undefined) {
      chains.set(value, group);
      value = inputsOf(makers.get(value)!).find(
        (input) =>
          groupOf.get(input) === group &&
          !chains.has(input) &&
          makers.has(input) &&
          readers.get(input)?.length === 1 &&
          rankOf(graph, input) === rankOf(graph, result),
      );
    }
  }
  return chains;
}

/** The lists (`Residual` of `Residual[2]`) of which some element is read by more than one line: all get names. */
function sharedLists(
  statements: readonly Statement[],
  readers: ReadonlyMap<ValueId, readonly number[]>,
): ReadonlySet<string> {
  const shared = statements.filter((each) => outputsOf(each).some((value) => (readers.get(value) ?? []).length > 1));
  return new Set(shared.filter((each) => parseSegment(segmentOf(each)).index !== undefined).map(listOf));
}

function listOf(statement: Statement): string {
  return statement.kind === 'loop' ? statement.list : listPlace(statement.path).list;
}

function claim(names: Names, wanted: string | undefined): string {
  if (wanted === undefined) return names.claim(...PLAIN_NAMES);
  const { name, index } = parseSegment(wanted);
  const plain = `${camelCase(name)}${index ?? ''}`;
  return names.claim(plain, `${plain}Out`);
}

function segmentOf(statement: Statement): string {
  const path = statement.kind === 'loop' ? statement.list : statement.path;
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What the source calls the result; nothing where the name is only that of the operation or block. */
function givenName(statement: Statement, output: number): string | undefined {
  if (statement.kind === 'loop') return undefined;
  const segment = segmentOf(statement);
  const { name } = parseSegment(segment);
  if (statement.kind === 'op') return name === statement.node.op ? undefined : segment;
  const { block, outputs } = statement.use.body;
  if (outputs.length > 1) return outputs[output]!.name ?? segment;
  return name === block.name ? undefined : segment;
}
