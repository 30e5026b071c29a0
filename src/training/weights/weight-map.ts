/**
 * Weight maps: YAML that says under which path specc keeps each tensor of a foreign checkpoint.
 *
 *   layers:                                                # by layer; the first rule that fits, in either direction
 *     conv1: stem/ConvNorm/conv2d
 *     layer{stage}.{unit}.conv{n}: layer{stage}/Basic[{unit}]/residual/ConvNorm[{n-1}]/conv2d
 *     head: [near/dense, far/dense]                        # a tensor for several weights, which were shared
 *   blocks: { features.2: features/Stage[1]/Unit[0] }      # what `{block}` stands for in `layers`
 *   ignore: [AuxLogits]                                    # names, and everything below them
 *   layout: pytorch                                        # or `specc`: only the names differ
 *
 * In: the file's text. Out: the rules, or undefined with everything that is wrong. Whether they fit a model is told when
 * weights are matched.
 */
import { type ConfigNode, nodeAt, plainOf } from '../../config/config-tree.ts';
import { readYaml } from '../../config/read-yaml.ts';
import { type Diagnostic, diagnostic, hasErrors, type Outcome } from '../../dsl/diagnostic.ts';
import type { Source, Span } from '../../dsl/source.ts';
import { didYouMean } from '../../shared/suggest.ts';
import { isProblem, NameTemplate, numbersOf, type Part, parseTemplate, variablesOf } from './name-template.ts';

export interface WeightMap {
  /** Of the file that the names on the left are from. */
  readonly layout: 'pytorch' | 'specc';
  readonly rules: readonly WeightRule[];
  readonly ignore: readonly NameTemplate[];
}

export interface WeightRule {
  /** As the map writes it, for messages. */
  readonly written: string;
  /** Names of layers or of single tensors in the foreign file. */
  readonly foreign: NameTemplate;
  /** Indexed paths (`indexed`) of operations or of single weights. */
  readonly path: NameTemplate;
  /** The left side: rules of one name, which stand for a list of paths, fit together. */
  readonly name: string;
}

const KEYS = ['layers', 'blocks', 'ignore', 'layout'];
const LAYOUTS = ['pytorch', 'specc'] as const;
const EXAMPLE = '{ conv1: stem/conv2d }';

/** `layer1/Basic[1]/conv2d` → `layer1[0]/Basic[1]/conv2d[0]`: the first of a name may be written with its index or not. */
export function indexed(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment.endsWith(']') ? segment : `${segment}[0]`))
    .join('/');
}

export function readWeightMap(source: Source): Outcome<WeightMap | undefined> {
  const { value: root, diagnostics } = readYaml(source);
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const reader = new MapReader();
  const value = reader.read(root, source.span(0, 0));
  const found = reader.diagnostics.sort((a, b) => a.span.start - b.span.start);
  return { value: hasErrors(found) ? undefined : value, diagnostics: found };
}

/** A pair of names as it stands in the file. */
interface Pair {
  readonly left: string;
  readonly right: string;
  readonly leftSpan: Span;
  readonly rightSpan: Span;
}

class MapReader {
  readonly diagnostics: Diagnostic[] = [];

  read(root: ConfigNode | undefined, start: Span): WeightMap {
    if (root?.kind === 'mapping') this.#checkKeys(root);
    const layers = root && nodeAt(root, ['layers']);
    if (root?.kind !== 'mapping' || layers === undefined) {
      const args = { key: 'layers', within: '', example: EXAMPLE };
      this.diagnostics.push(diagnostic('config-missing-key', root?.span ?? start, args));
      return { layout: 'pytorch', rules: [], ignore: [] };
    }
    const blocks = this.#pairs(nodeAt(root, ['blocks']), 'blocks').filter((pair) => this.#isBound(pair));
    return {
      layout: this.#layout(nodeAt(root, ['layout'])),
      rules: this.#pairs(layers, 'layers').flatMap((pair) => this.#rules(pair, blocks)),
      ignore: this.#names(nodeAt(root, ['ignore'])),
    };
  }

  #checkKeys({ fields }: Extract<ConfigNode, { kind: 'mapping' }>): void {
    for (const [key, { keySpan }] of fields) {
      if (KEYS.includes(key)) continue;
      const near = didYouMean(key, KEYS);
      const args = { key, within: '', known: KEYS };
      this.diagnostics.push(diagnostic('config-unknown-key', keySpan, args, near === undefined ? {} : { help: near }));
    }
  }

  #layout(node: ConfigNode | undefined): WeightMap['layout'] {
    const value = node === undefined ? 'pytorch' : plainOf(node);
    const known = LAYOUTS.find((each) => each === value);
    if (known !== undefined || node === undefined) return known ?? 'pytorch';
    const args = { field: 'layout', value: String(value), choices: LAYOUTS };
    this.diagnostics.push(diagnostic('config-choice', node.span, args));
    return 'pytorch';
  }

  #pairs(node: ConfigNode | undefined, field: string): Pair[] {
    if (node === undefined) return [];
    if (node.kind !== 'mapping') {
      this.#wrongType(node, field, 'a mapping of names to paths (`conv1: stem/conv2d`)');
      return [];
    }
    return [...node.fields].flatMap(([left, { keySpan, value }]) => {
      // What a block stands for is one place.
      const several = field === 'layers' && value.kind === 'list' && value.items.length > 0;
      return (several ? value.items : [value]).flatMap((item): Pair[] => {
        if (item.kind === 'scalar' && typeof item.value === 'string') {
          return [{ left, right: item.value, leftSpan: keySpan, rightSpan: item.span }];
        }
        this.#wrongType(item, `${field}.${left}`, 'a path (`stem/conv2d`)');
        return [];
      });
    });
  }

  #names(node: ConfigNode | undefined): NameTemplate[] {
    if (node === undefined) return [];
    if (node.kind !== 'list') {
      this.#wrongType(node, 'ignore', 'a list of names (`[AuxLogits]`)');
      return [];
    }
    return node.items.flatMap((item) => {
      if (item.kind !== 'scalar' || item.value === null) {
        this.#wrongType(item, 'ignore', 'a list of names (`[AuxLogits]`)');
        return [];
      }
      const parts = this.#parse(String(item.value), item.span);
      return parts === undefined ? [] : [new NameTemplate(parts, numbersOf(parts))];
    });
  }

  /** One rule, or one for each of the blocks where it says `{block}`. */
  #rules(pair: Pair, blocks: readonly Pair[]): WeightRule[] {
    if (!this.#isBound(pair)) return [];
    if (blocks.length === 0 || !/\{\s*block\s*\}/.test(pair.left)) return [ruleOf(pair.left, pair.right)];
    const within = (text: string, name: string) => text.replace(/\{\s*block\s*\}/g, () => name);
    return blocks.map((block) => ruleOf(within(pair.left, block.left), within(pair.right, block.right)));
  }

  /** Whether both names are well formed and the left one says what the right one's blanks hold. */
  #isBound({ left, right, leftSpan, rightSpan }: Pair): boolean {
    const [from, to] = [this.#parse(left, leftSpan), this.#parse(right, rightSpan)];
    if (from === undefined || to === undefined) return false;
    const known = variablesOf(from);
    const unbound = [...variablesOf(to)].find((variable) => !known.has(variable));
    if (unbound === undefined) return true;
    this.diagnostics.push(diagnostic('weight-map-blank', rightSpan, { blank: `{${unbound}}`, name: left }));
    return false;
  }

  #parse(text: string, span: Span): readonly Part[] | undefined {
    const parsed = parseTemplate(text);
    if (!isProblem(parsed)) return parsed;
    const { problem } = parsed;
    this.diagnostics.push(diagnostic('weight-map-name', span, { problem, name: text }));
    return undefined;
  }

  #wrongType(node: ConfigNode, field: string, expected: string): void {
    const found = node.kind === 'scalar' ? `\`${node.value}\`` : `a ${node.kind}`;
    this.diagnostics.push(diagnostic('config-type', node.span, { field, expected, found }));
  }
}

/** Of names that are known to be well formed. */
function ruleOf(left: string, right: string): WeightRule {
  const [foreign, path] = [partsOf(left), partsOf(indexed(right))];
  const numbers = new Set([...numbersOf(foreign), ...numbersOf(path)]);
  return {
    written: `${left}: ${right}`,
    foreign: new NameTemplate(foreign, numbers),
    path: new NameTemplate(path, numbers),
    name: left,
  };
}

function partsOf(text: string): readonly Part[] {
  const parsed = parseTemplate(text);
  return isProblem(parsed) ? [text] : parsed;
}
