import { extname } from 'node:path';

/** VS Code's identifiers of languages by file ending; any other ending serves as the identifier itself. */
const LANGUAGE_OF_ENDING: Readonly<Record<string, string>> = {
  bib: 'bibtex',
  c: 'c',
  cc: 'cpp',
  cjs: 'javascript',
  cs: 'csharp',
  cts: 'typescript',
  h: 'cpp',
  hpp: 'cpp',
  htm: 'html',
  js: 'javascript',
  jsx: 'javascriptreact',
  kt: 'kotlin',
  markdown: 'markdown',
  md: 'markdown',
  mjs: 'javascript',
  mts: 'typescript',
  org: 'org',
  pl: 'perl',
  ps1: 'powershell',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  rst: 'restructuredtext',
  sh: 'shellscript',
  tex: 'latex',
  ts: 'typescript',
  tsx: 'typescriptreact',
  txt: 'plaintext',
  yml: 'yaml',
};

/** VS Code's identifier of a file's language, by its ending; `plaintext` where it has none. */
export function languageIdOf(path: string): string {
  const ending = extname(path).slice(1).toLowerCase();
  return LANGUAGE_OF_ENDING[ending] ?? (ending === '' ? 'plaintext' : ending);
}
