import assert from 'node:assert/strict';
import { homedir } from 'node:os';
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
});
