import assert from 'node:assert/strict';
import type { DoneEvent } from '../../../src/protocol/trainerEvents';
import { describeResult } from '../../../src/terminal/trainCommand';

const [worse, better] = [2.5, 2].map((bitsPerByte) => ({ bytes: 1500, bitsPerByte }));
const notImproved: DoneEvent = {
  kind: 'done',
  outcome: 'notImproved',
  before: worse,
  after: better,
  steps: 9,
  tokensPerSecond: 100,
  modelPath: null,
};

describe('what train says of its result', () => {
  it('names the bits before and after, and what became of the network', () => {
    const sentence = describeResult(notImproved);
    const measured = '2.500 → 2.000 bits per byte on 1.5 kB kept aside';
    assert.equal(sentence, `Training did not help (${measured}), so no model was written.`);
    const fresh = describeResult({ ...notImproved, outcome: 'improved', before: null, modelPath: '/m' });
    assert.equal(fresh, '2.000 bits per byte on 1.5 kB kept aside\nmodel: /m');
    assert.match(
      describeResult({ ...notImproved, earlier: better }),
      /^The model that is there stays: 2\.000 bits per byte, and the new one has 2\.500 → 2\.000 bits/,
    );
  });

  it('has no figures where the time was too short for a step, with an earlier model or without', () => {
    for (const earlier of [{}, { earlier: better }]) {
      assert.equal(
        describeResult({ ...notImproved, after: null, steps: 0, ...earlier }),
        'The time was over before one step was made, so no model was written; give a longer --seconds.',
      );
    }
  });
});
