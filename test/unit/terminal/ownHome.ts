import { join } from 'node:path';

/** Lets the commands of a suite keep their models below a folder of its own, which the suite has made before. */
export function ownHome(folder: () => string): void {
  const home = process.env['UNDERSTUDY_HOME'];
  beforeEach(() => {
    process.env['UNDERSTUDY_HOME'] = join(folder(), 'home');
  });
  afterEach(() => {
    // In place: a copy of the environment would leave what tests set later unknown to the system.
    if (home === undefined) {
      delete process.env['UNDERSTUDY_HOME'];
    } else {
      process.env['UNDERSTUDY_HOME'] = home;
    }
  });
}
