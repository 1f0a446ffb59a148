import assert from 'node:assert/strict';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { storageFolder } from '../../../src/terminal/storageFolder';

describe('the folder of kept models', () => {
  it('is the one that the environment names', () => {
    assert.equal(storageFolder({ UNDERSTUDY_HOME: '/models', XDG_DATA_HOME: '/data' }, 'linux'), '/models');
    assert.equal(storageFolder({ XDG_DATA_HOME: '/data' }, 'linux'), join('/data', 'understudy'));
  });

  it('is never the current one because a variable is set to nothing', () => {
    const usual = join(homedir(), '.local', 'share', 'understudy');
    assert.equal(storageFolder({ UNDERSTUDY_HOME: '', XDG_DATA_HOME: '' }, 'linux'), usual);
    assert.equal(
      storageFolder({ LOCALAPPDATA: '' }, 'win32'),
      join(homedir(), 'AppData', 'Local', 'understudy'),
    );
  });

  it('is never the current one because the home folder is set to nothing', function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const home = process.env['HOME'];
    process.env['HOME'] = '';
    try {
      assert.equal(
        storageFolder({}, 'darwin'),
        join(userInfo().homedir, 'Library', 'Application Support', 'understudy'),
      );
    } finally {
      if (home === undefined) {
        delete process.env['HOME'];
      } else {
        process.env['HOME'] = home;
      }
    }
  });

  it('is not known for a user without a home folder, unless the environment names it', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      assert.equal(storageFolder({}, platform, null), null);
      assert.equal(storageFolder({ UNDERSTUDY_HOME: '/models' }, platform, null), '/models');
    }
  });
});
