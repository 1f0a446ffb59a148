/** Whether one file, saved just now, is among those that a scan of its folder would learn from. */
import { leftOutByName } from '../trainer/corpus/fileNameRules';
import { IgnoreRules } from '../trainer/corpus/ignoreRules';
import type { LeftOutReason } from '../trainer/corpus/leftOutReason';
import { leftOutByText } from '../trainer/corpus/textRules';

/**
 * @param root absolute path of the workspace folder
 * @param path of the file, relative to the root, with `/`
 * @returns null when nothing speaks against learning it
 */
export async function reasonNotToLearn(
  root: string,
  path: string,
  text: string,
  excludeGlobs: readonly string[],
): Promise<LeftOutReason | null> {
  let rules = await IgnoreRules.forRoot(root, excludeGlobs);
  const segments = path.split('/');
  for (let depth = 1; depth < segments.length; depth++) {
    const folder = `${segments.slice(0, depth).join('/')}/`;
    const decision = rules.decide(folder);
    if (decision !== null && decision !== 'takenBack') {
      return decision;
    }
    rules = await rules.enter(folder, decision === 'takenBack');
  }
  const decision = rules.decide(path);
  if (decision !== null && decision !== 'takenBack') {
    return decision;
  }
  return leftOutByName(path) ?? leftOutByText(path, text);
}
