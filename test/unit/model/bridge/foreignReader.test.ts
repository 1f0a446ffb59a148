import assert from 'node:assert/strict';
import { Bridge } from '../../../../src/model/bridge/bridge';
import { ForeignReader, type ForeignNode } from '../../../../src/model/bridge/foreignReader';
import { byteVocabulary, RandomExpert, tokenizerOf } from '../../../support/randomForeign';

const TEXT = 'the cat sat on the mat, and the dog on the log; ';

describe('What a bridge keeps of a foreign model', () => {
  const vocabulary = byteVocabulary();
  const expert = new RandomExpert(vocabulary.tokens.length, 3);

  it('is the distributions of the latest nodes, however few tokens there are', () => {
    const reader = new ForeignReader({ expert, vocabulary });
    let node = reader.start();
    const nodes = Array.from({ length: 600 }, (_, i) => (node = reader.child(node, i % 256)));
    const said = nodes.map((asked) => reader.read([asked])[0].probs);
    const isKnown = (asked: ForeignNode<readonly number[]>) => reader.known([asked]).has(asked);
    assert.deepEqual([isKnown(nodes[0]), isKnown(nodes[599])], [false, true]);
    assert.deepEqual(reader.read([nodes[0]])[0].probs, said[0]);
  });

  it('is not everything ever tried after the first states of a long text, and the answers stay the same', () => {
    const tokenizer = tokenizerOf(TEXT.repeat(4), 280);
    const bridge = new Bridge({ expert, vocabulary }, tokenizer);
    const start = bridge.start();
    const probs = new Float32Array(tokenizer.vocabSize);
    const tokens = tokenizer.encode(TEXT.repeat(80));
    const states = [start];
    for (const tokenId of tokens) {
      states.push(bridge.next(states.at(-1)!, tokenId));
      bridge.predict(states.at(-1)!, probs);
    }
    assert.ok(bridge.cost.foreignPredictions > 3000, `${bridge.cost.foreignPredictions}`);
    const held = new Set(states.map(({ root }) => root));
    const roots = held.size;
    for (const { children } of held) {
      for (const child of children.values()) {
        held.add(child);
      }
    }
    assert.ok(held.size < roots + 2500, `${held.size} nodes, ${roots} of them the states' own`);
    const fresh = new Bridge({ expert, vocabulary }, tokenizer);
    const expected = new Float32Array(tokenizer.vocabSize);
    for (const [i, state] of states.entries()) {
      if (i % 41 === 0) {
        bridge.predict(state, probs);
        fresh.predict(state, expected);
        assert.deepEqual(probs, expected);
      }
    }
  });
});
