import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The names in an option's value, separated by commas; '' holds none. */
export const listOf = (given: string): string[] => given.split(',').filter((name) => name !== '');

/**
 * The folders in `parent` that hold a split.json, and `others`, as absolute paths.
 * @param only ends of the wanted folders' names; empty for all
 * @throws Error when there is none
 */
export function workspaceFolders(
  parent: string,
  only: readonly string[] = [],
  others: readonly string[] = [],
): string[] {
  const root = resolve(parent);
  const folders = (existsSync(root) ? readdirSync(root) : [])
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, 'split.json')));
  const chosen = [...folders, ...others].filter(
    (folder) => only.length === 0 || only.some((name) => folder.endsWith(name)),
  );
  if (chosen.length === 0) {
    throw new Error(`${root} holds no folder with a split.json that fits; see --workspaces and --only.`);
  }
  return chosen;
}
