import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';

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

/**
 * The values of a bench's own options, and the folders that --workspaces, --code and --only name.
 * @throws Error when there is none, or an option is not known
 */
export function workspaceOptions<const Own extends NonNullable<ParseArgsConfig['options']>>(own: Own) {
  const folders = {
    workspaces: { type: 'string', default: '../shared/workspaces' },
    code: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
  } as const;
  const options: ParseArgsConfig['options'] = { ...folders, ...own };
  const { values } = parseArgs({ options });
  const { workspaces, code, only } = values as Record<keyof typeof folders, string>;
  return {
    values: values as ReturnType<typeof parseArgs<{ options: Own }>>['values'],
    folders: workspaceFolders(workspaces, listOf(only), listOf(code)),
  };
}
