import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeAll, openDraft, triggerUntilGhostText, workspaceFolder } from '../../support/editing.js';
import { needsKeyboard } from '../../support/theWindow.js';

const TEXT = `# The ferry

The ferryman at Quillon Ness was called Bartholomew Thrupp. Nobody at Quillon Ness was called Bartholomew Thrupp but him.
His father at Quillon Ness was called Bartholomew Thrupp too, and the boat at Quillon Ness was called Bartholomew Thrupp.
`;

describe('A file that another program makes', () => {
  const part = join(workspaceFolder(), 'part');
  before(needsKeyboard);
  beforeEach(closeAll);
  afterEach(async () => {
    await closeAll();
    await rm(part, { recursive: true, force: true });
    await rm(`${part}-two`, { recursive: true, force: true });
  });

  it('is learned, also in a folder that is moved in, and again when that is renamed', async () => {
    const staged = `${workspaceFolder()}-staged`;
    await mkdir(staged);
    await writeFile(join(staged, 'ferry.md'), TEXT);
    await rename(staged, part);
    await openDraft('draft.md', '# Draft\n\nThe man at Quillon Ness was called █\n');
    await triggerUntilGhostText('Bartholomew Thrupp');
    await closeAll();
    await rename(part, `${part}-two`);
    // Until it has been heard of, the text is still known under its old name.
    await sleep(3000);
    await openDraft('draft.md', '# Draft\n\nThe man at Quillon Ness was called █\n');
    await triggerUntilGhostText('Bartholomew Thrupp');
  });

  it('is learned again when it is changed in place', async () => {
    const path = join(part, 'ferry.md');
    await mkdir(part);
    await writeFile(path, '# The ferry\n');
    await openDraft('draft.md', '# Draft\n\nThe man at Quillon Ness was called █\n');
    // Until the new file has been heard of, a change to it is none.
    await sleep(3000);
    await writeFile(path, TEXT);
    await triggerUntilGhostText('Bartholomew Thrupp');
  });
});
