import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tokenChoices } from '../../../../../src/completion/half/server/tokenChoices';
import { legacyAnswer } from '../../../../support/completionsServer';
import { texts } from '../../../../support/servedModel';

describe('what a server says of the next tokens', () => {
  const choices = [
    { token: ' a', logprob: Math.log(0.5), bytes: [32, 97] },
    { token: '\ufffd', logprob: Math.log(0.25), bytes: [0xe4] },
  ];
  const shapes: [name: string, answer: unknown][] = [
    ['OpenAI, vLLM', legacyAnswer({ ' a': 0.5, 'bytes:\\xe4': 0.25 })],
    ['llama.cpp', { choices: [{ logprobs: { content: [{ ...choices[0], top_logprobs: choices }] } }] }],
  ];
  for (const [name, answer] of shapes) {
    it(`is read in the shape of ${name}`, () => {
      const [place] = tokenChoices(answer);
      assert.equal(place.text, ' a');
      assert.deepEqual(
        place.choices?.map(({ bytes, probability }) => [[...bytes], Number(probability.toFixed(6))]),
        [
          [[32, 97], 0.5],
          [[0xe4], 0.25],
        ],
      );
    });
  }

  it('is read from bytes with characters between them, as OpenAI writes a space before a part of one', () => {
    const [place] = tokenChoices(legacyAnswer({ 'bytes: \\xe2\\x80': 0.5, 'bytes:\n\\xe4\\xbd': 0.3 }));
    assert.deepEqual(
      place.choices?.map(({ bytes }) => [...bytes]),
      [
        [0x20, 0xe2, 0x80],
        [0x0a, 0xe4, 0xbd],
      ],
    );
  });

  it('has no text where tokens are named by their ids', () => {
    const [place] = tokenChoices(legacyAnswer({ 'token_id:123': 0.5, 'token_id:7': 0.3 }));
    assert.deepEqual(place, { text: null, choices: [] });
  });

  it('leaves out what is no probability', () => {
    const top = { a: NaN, b: null, c: 'x', d: 5, e: Math.log(0.5), f: -Infinity };
    const answer = { choices: [{ logprobs: { tokens: ['e'], top_logprobs: [top] } }] };
    assert.deepEqual(texts(tokenChoices(answer)[0].choices), ['e']);
  });

  it('leaves out a part of a character whose bytes are those of its mark, as Ollama gives them', () => {
    const part = { token: ' \ufffd', logprob: Math.log(0.6), bytes: [32, 0xef, 0xbf, 0xbd] };
    const dog = { token: ' dog', logprob: Math.log(0.3), bytes: [...Buffer.from(' dog')] };
    const content = [{ ...part, top_logprobs: [part, dog] }];
    const [place] = tokenChoices({ choices: [{ logprobs: { content } }] });
    assert.deepEqual([place.text, texts(place.choices)], [null, [' dog']]);
  });

  it('knows no text of a token that is written as none, as vLLM writes a part of a character', () => {
    const written = tokenChoices(legacyAnswer({ '': 0.6, ' a': 0.3 }, { '': 0.6, b: 0.3 }, { '“': 0.9 }));
    assert.deepEqual(
      written.map(({ text, choices }) => [text, texts(choices)]),
      [
        [null, [' a']],
        [null, ['b']],
        ['“', ['“']],
      ],
    );
  });

  it('leaves out marks of the end, which are no text to be written', () => {
    for (const mark of ['</s>', '<|endoftext|>', '<|eot_id|>', '<end_of_turn>', '<｜end▁of▁sentence｜>']) {
      const [place] = tokenChoices(legacyAnswer({ [mark]: 0.9, ' dog': 0.05, '</': 0.02 }));
      assert.equal(place.text, null);
      assert.deepEqual(texts(place.choices), [' dog', '</']);
      assert.ok(Math.abs(place.choices![0].probability - 0.05) < 1e-9);
    }
  });

  it('law: whatever is answered, probabilities sum to at most one and nothing is thrown', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((logprobs) => ({ choices: [{ logprobs }] })),
      fc
        .array(fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.constant(-0.1), fc.string())))
        .map((places) => ({
          choices: [{ logprobs: { tokens: places.map(() => 'a'), top_logprobs: places } }],
        })),
    );
    fc.assert(
      fc.property(anything, (answer) => {
        for (const place of tokenChoices(answer)) {
          const sum = (place.choices ?? []).reduce((total, { probability }) => total + probability, 0);
          assert.ok(sum >= 0 && sum <= 1 + 1e-9);
        }
      }),
    );
  });
});
