/**
 * Tells the names of results from variables. A name that its body assigns once names what it holds; one that is assigned
 * again, such as the `x` that a loop goes on with, only carries a value along and gives no path.
 */
import type { Assignment, Body, Expression, Statement } from '../../dsl/ast.ts';

type Scope = Map<string, Assignment>;

const known = new WeakMap<Body, ReadonlySet<Assignment>>();

/** The assignments in `body` whose name is assigned again later, where it is still the same variable. */
export function reassigned(body: Body): ReadonlySet<Assignment> {
  const before = known.get(body);
  if (before !== undefined) return before;
  const found = new Set<Assignment>();
  visit(body, [], found);
  known.set(body, found);
  return found;
}

function visit(body: Body, outer: readonly Scope[], found: Set<Assignment>): void {
  const scopes = [...outer, new Map<string, Assignment>()];
  for (const statement of body.statements) visitStatement(statement, scopes, found);
}

function visitStatement(statement: Statement, scopes: readonly Scope[], found: Set<Assignment>): void {
  if (statement.kind === 'for') visit(statement.body, scopes, found);
  if ('value' in statement) visitBranches(statement.value, scopes, found);
  if (statement.kind !== 'assignment') return;
  for (const { text } of statement.targets) {
    const first = scopes.findLast((scope) => scope.has(text))?.get(text);
    if (first === undefined) scopes.at(-1)!.set(text, statement);
    else found.add(first);
  }
}

/** The bodies of an `if`, which may assign to what is around them. */
function visitBranches(expression: Expression, scopes: readonly Scope[], found: Set<Assignment>): void {
  if (expression.kind !== 'if') return;
  visit(expression.then, scopes, found);
  if (expression.else !== undefined) visit(expression.else, scopes, found);
}
