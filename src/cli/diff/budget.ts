/** `--budget params=+5%`: how much more a model may take than before. */
import type { Totals } from '../../compiler/diff/model-diff.ts';
import { didYouMean } from '../../shared/suggest.ts';
import { WrongUse } from '../failure.ts';
import { bytes, grouped, percentMore, signed } from '../quantities.ts';
import type { Comparison } from './compare.ts';
import { headOf, titleOf } from './text.ts';

export interface Budget {
  readonly what: keyof typeof QUANTITIES;
  /** As it was typed. */
  readonly written: string;
  readonly limit: number;
  /** Whether the limit is a share of what it was, in percent. */
  readonly percent: boolean;
}

const QUANTITIES = { params: 'parameters', macs: 'macs', memory: 'memory', layers: 'layers' } as const satisfies Record<
  string,
  keyof Totals
>;

const NAMES: Readonly<Record<keyof typeof QUANTITIES, string>> = {
  params: 'parameters',
  macs: 'MACs',
  memory: 'memory',
  layers: 'layers',
};

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** @throws WrongUse if one is not of the form `params=+5%`, `macs=+0` or `memory=+10M` */
export function readBudgets(texts: readonly string[]): Budget[] {
  return texts.map((text) => {
    const [, what, sign, number, unit] = /^(\w+)=([+-]?)(\d+(?:\.\d+)?)([kMG%]?)$/.exec(text) ?? [];
    if (what === undefined || !Object.hasOwn(QUANTITIES, what)) throw noBudget(text);
    const percent = unit === '%';
    const limit = (sign === '-' ? -1 : 1) * Number(number) * (percent ? 1 : UNITS[unit!]!);
    return { what: what as Budget['what'], written: text.slice(what.length + 1), limit, percent };
  });
}

function noBudget(text: string): WrongUse {
  const known = Object.keys(QUANTITIES);
  const [name = ''] = text.split('=');
  const near = Object.hasOwn(QUANTITIES, name) ? undefined : didYouMean(name, known);
  const form = `write one of ${known.join(', ')}, and how much more is allowed: params=+5%, macs=+0, memory=+10M`;
  return new WrongUse(`'${text}' is no budget`, near === undefined ? form : `${near} ${form}`);
}

/** What a budget says nothing about: models that are new. */
export function withoutBudget({ models }: Comparison, budgets: readonly Budget[]): string[] {
  if (budgets.length === 0) return [];
  return models
    .filter(({ status }) => status === 'added')
    .map(({ new: model }) => `no budget applies to ${titleOf(model!)}: the old side has no such model`);
}

export interface Excess {
  readonly message: string;
  readonly help: string;
}

/** What exceeds the budgets, model by model; a model without a counterpart has no budget. */
export function excesses({ models }: Comparison, budgets: readonly Budget[]): Excess[] {
  return models.flatMap((entry) => {
    const { diff } = entry;
    if (diff === undefined) return [];
    return budgets.flatMap(({ what, written, limit, percent }): Excess[] => {
      const key = QUANTITIES[what];
      const [before, after] = [diff.totals.old[key], diff.totals.new[key]];
      const most = percent ? before + (before * limit) / 100 : before + limit;
      if (after <= most) return [];
      const text = key === 'memory' ? bytes : grouped;
      const more = percentMore(before, after);
      const change = `${text(before)} → ${text(after)} (${signed(after - before, text)}${more === '' ? '' : `, ${more}`})`;
      return [
        {
          message: `${headOf(entry)} exceeds its budget of ${what}=${written}: ${NAMES[what]} ${change}`,
          help: `at most ${text(Math.floor(most))} ${key === 'memory' ? 'of activations ' : ''}${Math.floor(most) === 1 ? 'is' : 'are'} allowed; make the model smaller, or raise the budget`,
        },
      ];
    });
  });
}
