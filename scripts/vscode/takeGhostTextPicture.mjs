/** Types a sentence into a text of the test novel, waits for ghost text, and takes the picture. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../setup.mjs';
import { openWindow } from './openWindow.mjs';
import { prepareBrowser } from './prepareBrowser.mjs';
import { prepareServer } from './prepareServer.mjs';
import { startServer } from './startServer.mjs';
import { userSettings } from './userSettings.mjs';
import { windowAddress } from './windowAddress.mjs';
import { windowFolder } from './windowFolder.mjs';

const typed = '\nThe lamp in the east window of ';
const patience = 60_000;

const settings = {
  ...userSettings,
  'breadcrumbs.enabled': false,
  'editor.fontFamily': "'DejaVu Sans Mono', monospace",
  'editor.fontSize': 15,
  'editor.lineHeight': 24,
  'editor.minimap.enabled': false,
  'editor.wordWrap': 'on',
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
};

async function openFile(page, name) {
  await page.locator('.monaco-workbench').waitFor({ timeout: patience });
  await page.locator('.statusbar-item[id^="understudy"]').waitFor({ timeout: patience });
  await page.keyboard.press('Control+KeyP');
  await page.locator('.quick-input-widget input').waitFor({ timeout: patience });
  await page.keyboard.type(name);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.view-line', { hasText: 'Chapter' }).waitFor({ timeout: patience });
}

/** Types the last space again until there is ghost text, as the workspace is read in the background. */
async function waitForGhostText(window) {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    for (let look = 0; look < 20; look++) {
      const text = await window.actions.ghostText();
      if (text.trim() !== '') {
        return text;
      }
      await sleep(100);
    }
    await window.actions.press('Backspace');
    await window.actions.type(' ');
  }
  throw new Error(`There was no ghost text within ${patience / 1000} s, so no picture was taken.`);
}

/** @returns {Promise<string>} the ghost text in the picture */
export async function takeGhostTextPicture(path) {
  const folder = await windowFolder(join(root, 'test', 'integration', 'workspaces', 'novel'));
  const server = await startServer(await prepareServer(), { dataFolder: folder.dataFolder, settings });
  let window = null;
  try {
    const address = windowAddress(server, { workspace: folder.workspace, extension: root });
    window = await openWindow(await prepareBrowser(), address, {
      size: { width: 1080, height: 560 },
      scale: 2,
    });
    await openFile(window.page, 'chapter-3.md');
    await window.actions.press('Control+End');
    await window.actions.type(typed);
    const ghostText = await waitForGhostText(window);
    await window.page.screenshot({ path });
    return ghostText;
  } finally {
    await window?.close();
    await server.stop();
    await folder.remove();
  }
}
