import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import { hasChannel, print, printed } from './support/channel.js';
import { theWindow } from './support/theWindow.js';

/** Longer than all that a test waits for, so that what did not come is named. */
const testTimeout = 90_000;

/** Mocha has already reported which tests failed, and why. */
class TestsFailed extends Error {}

/** Adds every suite below the window's folder, so that none is lost from a list kept by hand. */
function addSuites(mocha: Mocha, name: string): void {
  const folder = join(__dirname, 'suites', name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.js'),
  );
  if (files.length === 0) {
    throw new Error(`test/integration/suites/${name} has no *.test.ts file.`);
  }
  for (const file of files.sort()) {
    mocha.addFile(join(folder, file));
  }
}

/** VS Code starts the suites and this extension at the same time; a user's first key comes later. */
async function activateExtension(): Promise<void> {
  const extension = vscode.extensions.getExtension('understudy.understudy');
  if (extension === undefined) {
    throw new Error('VS Code does not know the extension understudy.understudy.');
  }
  await extension.activate();
}

/**
 * Runs the suites of this window; called by VS Code inside the extension host.
 * @throws when a test fails, which makes VS Code end with a status other than 0
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    color: false,
    forbidOnly: true,
    timeout: testTimeout,
    rootHooks: {
      async afterEach(this: Mocha.Context) {
        if (hasChannel && this.currentTest?.state === 'failed') {
          print(`      picture: ${await theWindow.screenshot(this.currentTest.fullTitle())}`);
        }
      },
    },
  });
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    print(format(...args));
  };
  try {
    await activateExtension();
    addSuites(mocha, process.env['UNDERSTUDY_TEST_WINDOW'] ?? '');
    const filter = process.env['UNDERSTUDY_TEST_GREP'];
    if (filter) {
      mocha.grep(filter);
    }
    const failures = await new Promise<number>((resolve) => mocha.run(resolve));
    if (failures > 0) {
      throw new TestsFailed(`${failures} tests failed.`);
    }
  } catch (error) {
    if (!(error instanceof TestsFailed)) {
      print(String(error instanceof Error ? error.stack : error));
    }
    throw error;
  } finally {
    await printed();
  }
}
