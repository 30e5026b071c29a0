import type { Name } from '../dsl/ast.ts';

/** What a name stands for within a declaration. */
export interface Binding {
  readonly name: Name;
  readonly kind: 'parameter' | 'input' | 'size' | 'result' | 'loop variable';
  used: boolean;
}

/** The names between two braces, and those around them. */
export class Scope {
  readonly bindings = new Map<string, Binding>();
  constructor(readonly parent: Scope | undefined) {}

  find(name: string): Binding | undefined {
    return this.bindings.get(name) ?? this.parent?.find(name);
  }

  names(): string[] {
    return [...this.bindings.keys(), ...(this.parent?.names() ?? [])];
  }
}
