import assert from 'node:assert/strict';
import { allowsSending, type ConsentQuestion } from '../../../src/editor/serverConsent';
import { StoredValues } from '../../support/storedValues';

/** A window whose user gives this answer to each question. */
function window(answer: boolean) {
  const memory = new StoredValues();
  const asked: ConsentQuestion[] = [];
  const allows = (address: string): Promise<boolean> =>
    allowsSending(memory, address, (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    });
  return { allows, asked };
}

describe('whether text may be sent to a server', () => {
  it('is asked once a server, whatever its path', async () => {
    const { allows, asked } = window(true);
    assert.ok(await allows('https://team.example/v1'));
    assert.ok(await allows('https://team.example/v2'));
    assert.deepEqual(asked, [
      { origin: 'https://team.example', address: 'https://team.example/v1', isOpen: false },
    ]);
  });

  it('is asked again where the connection is not encrypted any more, or leads to another port', async () => {
    const { allows, asked } = window(true);
    for (const address of ['https://team.example', 'http://team.example', 'https://team.example:8443/v1']) {
      assert.ok(await allows(address));
    }
    assert.deepEqual(
      asked.map(({ origin, isOpen }) => [origin, isOpen]),
      [
        ['https://team.example', false],
        ['http://team.example', true],
        ['https://team.example:8443', false],
      ],
    );
  });

  it('is asked again after a no', async () => {
    const { allows, asked } = window(false);
    assert.equal(await allows('http://localhost:8080'), false);
    assert.equal(await allows('http://localhost:8080'), false);
    assert.equal(asked.length, 2);
    assert.equal(asked[0].isOpen, false, 'Nobody else reads along on this machine.');
  });
});
