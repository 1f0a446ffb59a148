/** Lets VS Code offer the removal of an installation only when there is one. */
import { basename } from 'node:path';
import { isAnythingInstalled } from '../trainer/native/removeInstalled';
import { setContext } from './setContext';

/** Sets the context key that says whether anything is installed in a folder; call it whenever that may have changed. */
export function offerRemoval(folder: string): void {
  void setContext(`understudy.installed.${basename(folder)}`, isAnythingInstalled(folder));
}
