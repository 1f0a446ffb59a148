/** The files that the terminal tool starts and reads, in the folder that it was installed to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFiles, type ShippedFiles } from '../trainer/shippedFiles';

export interface ProductPaths extends ShippedFiles {
  /** This project's own folder, which `try` reads when no other is given. */
  readonly root: string;
  readonly version: string;
}

/** Where the native engine may have been installed. */
export function nativeFolders({ root }: ProductPaths): string[] {
  return [join(root, '.cache', 'native')];
}

/** @param root the folder of package.json */
export function productPaths(root: string): ProductPaths {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { ...shippedFiles(root), root, version };
}
