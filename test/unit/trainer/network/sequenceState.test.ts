import assert from 'node:assert/strict';
import type { Rank } from '@tensorflow/tfjs-core';
import { loadWasmOps } from '../../../../src/trainer/engines/loadWasmOps';
import { CarriedState } from '../../../../src/trainer/network/sequenceState';

describe('the state that is carried from one window to the next', () => {
  it('holds what attention remembers once, as a copy would take as much memory again', async () => {
    const ops = await loadWasmOps();
    const { tf } = ops;
    const state = new CarriedState(ops, {
      architecture: 'transformer',
      vocabSize: 4,
      embeddingSize: 8,
      hiddenSize: 8,
      numLayers: 1,
    });
    const before = tf.memory().numDataBuffers;
    let remembered: object | null = null;
    tf.tidy(() => {
      const keys = tf.ones<Rank.R2>([2, 8]);
      state.carry({
        cells: [],
        memory: { layers: [[keys]], length: 1, reach: Int32Array.of(1, 1), position: 1 },
      });
      remembered = keys.dataId;
    });
    tf.tidy(() => {
      const [[again]] = state.begin(2, Uint8Array.of(0, 0)).memory.layers;
      assert.equal(again.dataId, remembered);
      state.reset();
      assert.deepEqual([...again.dataSync()], new Array(16).fill(1));
    });
    assert.equal(tf.memory().numDataBuffers, before);
  });
});
