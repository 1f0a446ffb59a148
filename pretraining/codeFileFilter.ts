const EXTENSIONS = new Set(
  'ts tsx mts cts js mjs cjs jsx css scss sass vue svelte json yml md py go rs c h cc hpp java sh'.split(' '),
);
const SKIPPED_FOLDERS = new Set(
  'dist build umd cjs esm es bundles node_modules vendor legacy locale'.split(' '),
);
const SKIPPED_NAMES = [
  /\.min\./,
  /\.d\.[mc]?ts$/,
  /^(changelog|history)/i,
  /^(package-lock|npm-shrinkwrap|composer\.lock|pnpm-lock|yarn\.lock)/,
  /[.-]lock\.(json|ya?ml)$/,
];
const MIN_BYTES = 40;
const MAX_BYTES = 300_000;
const MAX_JSON_BYTES = 20_000;
const MAX_MEAN_LINE = 160;
const MAX_LINE = 3000;

/** Whether a file of a package may hold source that a person wrote, judged by its path and size alone. */
export function isSourcePath(path: string, byteLength: number): boolean {
  const segments = path.split('/');
  const fileName = segments.pop()!;
  const extension = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase();
  if (!EXTENSIONS.has(extension) || byteLength < MIN_BYTES || byteLength > MAX_BYTES) {
    return false;
  }
  if (extension === 'json' && byteLength > MAX_JSON_BYTES) {
    return false;
  }
  if (extension !== 'md' && segments.some((segment) => SKIPPED_FOLDERS.has(segment))) {
    return false;
  }
  return !SKIPPED_NAMES.some((pattern) => pattern.test(fileName));
}

/** Whether the text looks like source that a person wrote: not minified, not compiled, not a generated map. */
export function isHandWritten(text: string): boolean {
  if (text.includes('\u0000') || text.includes('\f')) {
    return false;
  }
  const lines = text.split('\n');
  if (text.length / lines.length > MAX_MEAN_LINE || lines.some((line) => line.length > MAX_LINE)) {
    return false;
  }
  if (text.slice(-2000).includes('sourceMappingURL=')) {
    return false;
  }
  const head = text.slice(0, 1500);
  if (/Object\.defineProperty\(exports, ["']__esModule["']/.test(head) || /\b__esModule\b/.test(head)) {
    return false;
  }
  return !/^.{0,200}(@generated|DO NOT EDIT|automatically generated|auto-generated)/is.test(
    head.slice(0, 400),
  );
}

/**
 * The text as the model reads it: line ends are \n; a leading comment that is only a licence notice is removed, as
 * thousands of files repeat it; e-mail addresses are replaced, as they are personal.
 */
export function cleanSource(text: string): string {
  const unix = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const shebang = /^#!.*\n/.exec(unix)?.[0] ?? '';
  const withoutNotice = shebang + stripNotice(unix.slice(shebang.length));
  return withoutNotice
    .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi, (address) =>
      /@example\./i.test(address) || address.startsWith('git@') ? address : 'user@example.com',
    )
    .trim();
}

const LEADING_COMMENTS = [
  /^\s*\/\*[\s\S]*?\*\/\n*/,
  /^\s*<!--[\s\S]*?-->\n*/,
  /^(?:[ \t]*(?:\/\/|#).*\n)+\n*/,
];

function stripNotice(text: string): string {
  for (const pattern of LEADING_COMMENTS) {
    const comment = pattern.exec(text)?.[0];
    if (comment !== undefined && /copyright|licen[cs]e|\(c\)|spdx/i.test(comment)) {
      return stripNotice(text.slice(comment.length));
    }
  }
  return text;
}
