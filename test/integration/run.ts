import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import { hasChannel, print, printed } from './support/channel.js';
import { theWindow } from './support/theWindow.js';

const testTimeout = 30_000;

/**
 * Runs every suite of this window's folder; called by VS Code inside the extension host.
 * @throws when a test fails, which makes VS Code end with a status other than 0
 */
export async function run(): Promise<void> {
  const name = process.env['UNDERSTUDY_TEST_WINDOW'];
  if (name === undefined) {
    throw new Error('UNDERSTUDY_TEST_WINDOW must name a folder of test/integration/suites.');
  }
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
  const folder = join(__dirname, 'suites', name);
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (file.endsWith('.test.js')) {
      mocha.addFile(join(folder, file));
    }
  }
  const filter = process.env['UNDERSTUDY_TEST_GREP'];
  if (filter) {
    mocha.grep(filter);
  }
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    print(format(...args));
  };
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  await printed();
  if (failures > 0) {
    throw new Error(`${failures} tests failed.`);
  }
}
