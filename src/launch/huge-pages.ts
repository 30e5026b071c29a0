/**
 * Huge pages for processes that train. Where the system leaves them to programs (`madvise`, the default of many), glibc asks
 * for them if this variable says so when the process starts: tensors of megabytes then miss the TLB less often
 * (docs/performance.md has figures). Other libraries of C, and glibc before 2.35, do not read it.
 */
import { readFileSync } from 'node:fs';

const NAME = 'GLIBC_TUNABLES';
const VALUE = 'glibc.malloc.hugetlb=1';

/** The variables of a process that trains; what the user has set stays. */
export function withHugePages(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { [NAME]: VALUE, ...variables };
}

/** The same as a line of a shell script. */
export const HUGE_PAGES_LINE = `export ${NAME}="\${${NAME}:-${VALUE}}"`;

export interface HugePages {
  /** To whom the system gives them: `always`, `madvise` (to who asks), `never`. */
  readonly given: string;
  /** Whether this process asks for them. */
  readonly asked: boolean;
  /** What would make training faster, if anything would. */
  readonly help: string | undefined;
}

/** On Linux, what the system says of huge pages; undefined elsewhere, and where it says nothing. */
export function hugePagesHere(): HugePages | undefined {
  try {
    const enabled = readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8');
    return hugePages(enabled, process.env, glibcVersion());
  } catch {
    return undefined;
  }
}

/**
 * @param enabled the system's choice, in brackets: `always [madvise] never`
 * @param glibc its version; undefined with another library of C
 */
export function hugePages(
  enabled: string,
  variables: NodeJS.ProcessEnv,
  glibc: string | undefined,
): HugePages | undefined {
  const given = /\[(\w+)\]/.exec(enabled)?.[1];
  if (given === undefined) return undefined;
  const asked = /(^|:)glibc\.malloc\.hugetlb=[1-9]/.test(variables[NAME] ?? '');
  const [major = 0, minor = 0] = (glibc ?? '').split('.').map(Number);
  const canAsk = major > 2 || (major === 2 && minor >= 35);
  const help = given === 'madvise' && !asked && canAsk ? `${NAME}=${VALUE} specc train …` : undefined;
  return { given, asked, help };
}

function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}
