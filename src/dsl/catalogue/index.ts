/**
 * Every diagnostic there is. A code is never renamed and never reused; an unknown one fails `tsc`. Each entry's `wrong`
 * example must cause exactly its code and its `right` example must not, which a test holds them to.
 */
import { ablations } from './ablations.ts';
import { configuration } from './configuration.ts';
import { evaluation } from './evaluation.ts';
import { names } from './names.ts';
import { shapes } from './shapes.ts';
import { syntax } from './syntax.ts';
import { weightMaps } from './weight-maps.ts';

export const catalogue = {
  ...syntax,
  ...names,
  ...evaluation,
  ...shapes,
  ...ablations,
  ...configuration,
  ...weightMaps,
};

export type Code = keyof typeof catalogue;

/** What the texts of a code interpolate. */
export type Arguments<C extends Code> = Parameters<(typeof catalogue)[C]['message']>[0];
