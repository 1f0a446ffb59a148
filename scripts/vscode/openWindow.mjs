/** One VS Code window in a headless browser: what a user does in it, and what they see. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { root } from '../setup.mjs';
import { panelContrasts } from './panelContrasts.mjs';

const screenshotFolder = join(root, '.cache', 'screenshots');

// VS Code draws ghost text on the cursor's line as injected text, and further lines in a zone below it.
const ghostSelector =
  '.ghost-text-decoration, .ghost-text-decoration-preview, .suggest-preview-text .ghost-text';

/** Milliseconds after which VS Code creates the last parts of an editor even if the window is busy. */
const idleTimeout = 5000;

/** VS Code shows a panel's page in a frame inside a frame. */
async function findPanel(page) {
  for (const frame of page.frames()) {
    if (frame.parentFrame()?.parentFrame() && (await frame.locator('main').count()) > 0) {
      return frame;
    }
  }
  return null;
}

async function requirePanel(page) {
  const panel = await findPanel(page);
  if (!panel) {
    throw new Error('The settings panel is not open.');
  }
  return panel;
}

/** Rules of the Web Content Accessibility Guidelines; axe-core's rules for whole pages do not fit a panel. */
const guidelines = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function findBarriers(frame) {
  await frame.evaluate(axe.source);
  // The page is transparent over the editor's own background, which axe-core cannot see from inside the frame.
  await frame.evaluate(() => {
    globalThis.document.documentElement.style.backgroundColor = 'var(--vscode-editor-background)';
  });
  const { violations } = await frame.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), guidelines);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
  );
}

/**
 * @param browser from prepareBrowser
 * @param {string} address from windowAddress
 * @param {object} options `size` of the window in CSS pixels; `scale` of a screenshot; `language` that VS Code reports to
 *   extensions (its own texts stay English, as language packs are not in npm); `onExit(status)` is called when a suite
 *   has ended
 */
export async function openWindow(
  browser,
  address,
  { size = { width: 1200, height: 750 }, scale = 1, language = null, onExit = () => {} } = {},
) {
  const running = await chromium.launch(browser);
  const page = await running.newPage({ viewport: size, deviceScaleFactor: scale });
  const consoleLines = [];
  page.on('console', (message) => consoleLines.push(`${message.type()}: ${message.text()}`));
  page.on('crash', () => onExit('the window crashed'));
  // VS Code calls these two while it runs a suite.
  await page.exposeFunction('codeAutomationLog', () => {});
  await page.exposeFunction('codeAutomationExit', onExit);
  if (language !== null) {
    // VS Code's page sets this to the language of its own texts, and reads it once.
    await page.addInitScript((value) => {
      Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => value, set: () => {} });
    }, language);
  }
  await page.goto(address, { waitUntil: 'domcontentloaded' });

  /** The actions that a suite can request; arguments and answers are JSON. */
  const actions = {
    /** Presses a key or a chord by its Playwright name, such as `Tab` or `Control+ArrowRight`, several times without a pause. */
    async press(keys, times = 1) {
      for (let i = 0; i < times; i++) {
        await page.keyboard.press(keys);
      }
    },
    /** Types one key after the other. VS Code asks for ghost text once none has come for 50 ms. */
    async type(text) {
      await page.keyboard.type(text, { delay: 10 });
    },
    /** Spells with an input method, each time in place of the spelling before, and then puts `text` there. */
    async compose(spellings, text) {
      const session = await page.context().newCDPSession(page);
      for (const spelling of spellings) {
        const end = spelling.length;
        await session.send('Input.imeSetComposition', {
          text: spelling,
          selectionStart: end,
          selectionEnd: end,
        });
        // As a person does; VS Code asks 50 ms after a key.
        await page.waitForTimeout(100);
      }
      await session.send('Input.insertText', { text });
      await session.detach();
    },
    /**
     * Answers when the window is idle. VS Code creates the part of an editor that asks for ghost text at each key in such a
     * moment, or after a timeout; this wait has the same timeout and began later, so it ends later.
     */
    async idle() {
      await page.evaluate(
        (timeout) => new Promise((resolve) => globalThis.requestIdleCallback(resolve, { timeout })),
        idleTimeout,
      );
    },
    /** The visible ghost text; an empty string when there is none. */
    async ghostText() {
      const parts = await page.locator(ghostSelector).allTextContents();
      return parts.join('').replaceAll('\u00a0', ' ');
    },
    /** The texts of the visible notifications; one whose end is hidden says so. */
    async notifications() {
      return page
        .locator('.notification-list-item-message')
        .evaluateAll((messages) =>
          messages.map(({ textContent, scrollWidth, clientWidth }) =>
            scrollWidth > clientWidth ? `${textContent} (cut off)` : textContent,
          ),
        );
    },
    /** What a screen reader says for this extension's status bar item. */
    async statusBarItem() {
      return page.locator('.statusbar-item[id^="understudy"] a').first().getAttribute('aria-label');
    },
    /** What a screen reader says for each choice of the list that is open. */
    async choices() {
      const rows = page.locator('.quick-input-list .monaco-list-row');
      return rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label')));
    },
    /** The text of the settings panel, which is a page in its own frame; empty when it is not open. */
    async panelText() {
      const panel = await findPanel(page);
      return panel ? panel.locator('body').innerText() : '';
    },
    /** Puts a value into the panel's field with this label, as a user who then leaves the field. */
    async panelFill(label, value) {
      const field = (await requirePanel(page)).getByLabel(label, { exact: true });
      await field.fill(value);
      await field.blur();
    },
    /** Presses a key several times without a pause in the panel's field with this label. */
    async panelKeys(label, keys, times) {
      await (await requirePanel(page)).getByLabel(label, { exact: true }).focus();
      await actions.press(keys, times);
    },
    /** Presses the panel's button with this name. */
    async panelPress(name) {
      await (await requirePanel(page)).getByRole('button', { name, exact: true }).click();
    },
    /** What axe-core finds wrong with the panel for users of assistive technology, one line each. */
    async panelBarriers() {
      return findBarriers(await requirePanel(page));
    },
    /** See {@link panelContrasts}. */
    async panelContrasts() {
      return panelContrasts(await requirePanel(page));
    },
    /** Writes a picture of the window and returns its path. */
    async screenshot(name, options = {}) {
      await mkdir(screenshotFolder, { recursive: true });
      const path = join(screenshotFolder, `${name.replace(/[^\p{L}\p{N}]+/gu, '-')}.png`);
      await page.screenshot({ path, ...options });
      return path;
    },
  };
  return {
    page,
    actions,
    /** The output of the window's console; the last lines are shown when a run fails. */
    consoleLines,
    async close() {
      await running.close();
    },
  };
}
