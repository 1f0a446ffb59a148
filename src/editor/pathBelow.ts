interface Named {
  readonly path: string;
}

/**
 * The path of a file from the folder on that VS Code finds it in, with `/`; '' for the folder itself. By its length, as on Windows and
 * macOS the two may name that folder in other capitals.
 */
export function pathBelow(folder: Named, file: Named): string {
  return file.path.slice(folder.path.length).replace(/^\/|\/$/g, '');
}
