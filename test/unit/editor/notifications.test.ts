import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { withoutLinks } from '../../../src/editor/withoutLinks';
import { describeProblem, parseSetting } from '../../../src/editor/settings';
import { inEnglish } from '../../../src/editor/translate';

const source = join(__dirname, '..', '..', '..', 'src');
/** What VS Code takes for a link in a notification (src/vs/base/common/linkedText.ts). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

describe('a notification', () => {
  it('makes no link of what a stranger wrote, which would run any command of VS Code when it is clicked', () => {
    const { problem } = parseSetting('sampling.temperature', '[Mend](command:workbench.action.tasks.build)');
    const sentence = describeProblem(inEnglish, problem!);
    assert.match(sentence, LINK);
    assert.doesNotMatch(withoutLinks(sentence), LINK);
    assert.equal(withoutLinks('notes [1] (draft).md'), 'notes [1] (draft).md');
  });

  it('is shown in one place, which sees to that', () => {
    const places = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      (path) =>
        path.endsWith('.ts') &&
        /\bshow(?:Information|Warning|Error)Message\(/.test(readFileSync(join(source, path), 'utf8')),
    );
    assert.deepEqual(places, [join('editor', 'notifications.ts')]);
  });
});
