/** One row of the package list: a package whose readable source may be used for training. */
export interface CodePackage {
  readonly name: string;
  readonly version: string;
  readonly kind: 'npm' | 'deb' | 'deb-src';
  readonly licence: string;
  /** False if the package itself still has to confirm the licence in the row. */
  readonly verified: boolean;
}

/**
 * Parses the tab-separated list: name@version, kind, licence, usable bytes (or "unverified"), languages.
 * Lines that begin with # are comments.
 *
 * @throws if a row has no version or an unknown kind
 */
export function parsePackageList(text: string): CodePackage[] {
  const packages: CodePackage[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) {
      continue;
    }
    const [nameAndVersion = '', kind, licence = '', usableBytes] = line.split('\t');
    const at = nameAndVersion.lastIndexOf('@');
    if (at <= 0 || (kind !== 'npm' && kind !== 'deb' && kind !== 'deb-src')) {
      throw new Error(
        `Line ${index + 1} of the package list is not "name@version, npm|deb|deb-src, licence": ${line}`,
      );
    }
    packages.push({
      name: nameAndVersion.slice(0, at),
      version: nameAndVersion.slice(at + 1),
      kind,
      licence,
      verified: usableBytes !== 'unverified',
    });
  }
  return packages;
}

const FREE_LICENCES = new Set([
  'MIT',
  'ISC',
  'BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'CC0-1.0',
  '0BSD',
  'MIT-0',
]);

/** Whether package.json's licence field allows training on the package: every alternative or part must be a free licence. */
export function isFreeLicence(licence: unknown): boolean {
  if (typeof licence !== 'string') {
    return false;
  }
  const parts = licence.replace(/[()]/g, ' ').split(/\s+(?:AND|OR)\s+/);
  return parts.every((part) => FREE_LICENCES.has(part.trim()));
}
