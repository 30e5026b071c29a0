/**
 * What is wrong with an input, as a value: phases return diagnostics beside whatever they could understand, and never
 * throw for a mistake of the user. The texts live in `catalogue/`; rendering lives in `src/cli`.
 */
import { type Arguments, type Code, catalogue } from './catalogue/index.ts';
import type { Span } from './source.ts';

export type Severity = 'error' | 'warning';

/** A secondary place with what stands there, such as "this side is [56, 56, 64]". */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly labels: readonly Label[];
  readonly notes: readonly string[];
  readonly help?: string;
}

/** What a phase returns: as much of its result as it could make, and everything it found wrong. */
export interface Outcome<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Details {
  readonly labels?: readonly Label[];
  readonly notes?: readonly string[];
  /** Replaces the catalogue's general advice with advice for this very case. */
  readonly help?: string | undefined;
}

/** Makes the diagnostic `code` from its catalogue entry; the arguments are checked against the entry's own type. */
export function diagnostic<C extends Code>(code: C, span: Span, args: Arguments<C>, details: Details = {}): Diagnostic {
  const entry = catalogue[code] as {
    severity: Severity;
    message: (args: Arguments<C>) => string;
    help?: (args: Arguments<C>) => string;
  };
  const help = details.help ?? entry.help?.(args);
  return {
    code,
    severity: entry.severity,
    message: entry.message(args),
    span,
    labels: details.labels ?? [],
    notes: details.notes ?? [],
    ...(help === undefined ? {} : { help }),
  };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => each.severity === 'error');
}
