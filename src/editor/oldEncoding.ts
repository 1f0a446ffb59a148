/**
 * The encoding of a folder's files that are not in Unicode, by VS Code's name: the one that `files.encoding` names for the folder, or
 * else the only one that it names for some language, as the scan does not know a file's language.
 * @param folder the value for the folder, whatever the language
 * @param languages the values for the languages that have one of their own
 * @returns '' where the setting names none, or several
 */
export function oldEncoding(folder: unknown, languages: readonly unknown[]): string {
  if (isOld(folder)) {
    return folder;
  }
  const [only = '', ...others] = new Set(languages.filter(isOld));
  return others.length === 0 ? only : '';
}

function isOld(encoding: unknown): encoding is string {
  return typeof encoding === 'string' && encoding !== '' && !/^utf/i.test(encoding);
}
