/** Paths as a configuration names them: `/` between folders, relative to the file that names them. */
import { posix } from 'node:path';

export function isAbsolutePath(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path);
}

export function folderOf(path: string): string {
  return posix.dirname(path);
}

/** `path` as it is reached from where `folder` is reached. */
export function resolveFrom(folder: string, path: string): string {
  return isAbsolutePath(path) ? path : posix.normalize(posix.join(folder, path.replaceAll('\\', '/')));
}

/** The way from `folder` to `path`, both as reached from one place. */
export function relativeTo(folder: string, path: string): string {
  return isAbsolutePath(path) && !isAbsolutePath(folder) ? path : posix.relative(folder, path) || '.';
}

/** `specs/ddrnet.train.yaml` → `ddrnet`. */
export function experimentName(path: string): string {
  return posix.basename(path).replace(/(\.train)?\.ya?ml$/, '');
}
