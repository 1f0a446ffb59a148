import assert from 'node:assert/strict';
import { loadWebgpuEngine } from '../../../../src/trainer/engines/webgpuEngine';
import { webgpuObstacle } from '../../../../src/trainer/engines/webgpuObstacle';

describe('WebGPU inside VS Code on the desktop', () => {
  afterEach(() => {
    delete process.versions['electron'];
  });

  it('is refused before anything is loaded or downloaded, as it would fail at its first step', async () => {
    assert.equal(webgpuObstacle(), null);
    Object.defineProperty(process.versions, 'electron', { value: '37.0.0', configurable: true });
    const message = /^The WebGPU engine does not run inside VS Code on the desktop/;
    assert.match(webgpuObstacle()?.message ?? '', message);
    await assert.rejects(loadWebgpuEngine(), { message });
  });
});
