/** Reading chevrotain's syntax trees: the children of a node by name, in the order of the text. */
import type { CstNode, IToken } from 'chevrotain';

/** The tokens of a kind directly under a node, without those that error recovery made up. */
export function tokens(node: CstNode | undefined, name: string): IToken[] {
  const children = (node?.children[name] ?? []) as IToken[];
  return children.filter((each) => each.isInsertedInRecovery !== true);
}

export function token(node: CstNode | undefined, name: string): IToken | undefined {
  return tokens(node, name)[0];
}

export function nodes(node: CstNode | undefined, name: string): CstNode[] {
  return (node?.children[name] ?? []) as CstNode[];
}

export function node(parent: CstNode | undefined, name: string): CstNode | undefined {
  return nodes(parent, name)[0];
}
