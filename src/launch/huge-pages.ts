/**
 * Huge pages for processes that train. Where the system leaves them to programs (`madvise`, the default of many), glibc asks
 * for them if this variable says so when the process starts: tensors of megabytes then miss the TLB less often
 * (docs/performance.md has figures). Other libraries of C do not read it.
 */
const NAME = 'GLIBC_TUNABLES';
const VALUE = 'glibc.malloc.hugetlb=1';

/** The variables of a process that trains; what the user has set stays. */
export function withHugePages(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { [NAME]: VALUE, ...variables };
}

/** The same as a line of a shell script. */
export const HUGE_PAGES_LINE = `export ${NAME}="\${${NAME}:-${VALUE}}"`;
