import assert from 'node:assert/strict';
import { localDate, localMinute } from '../../../src/protocol/localDate';

describe('The date of a moment', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) {
      delete process.env['TZ'];
    } else {
      process.env['TZ'] = zone;
    }
  });

  it('is that of the user, who may have another than Greenwich', () => {
    const moment = '2026-03-01T20:00:00.000Z';
    process.env['TZ'] = 'Asia/Shanghai';
    assert.equal(localDate(moment), '2026-03-02');
    assert.equal(localMinute(moment), '2026-03-02 04:00');
    process.env['TZ'] = 'America/New_York';
    assert.equal(localDate(moment), '2026-03-01');
  });
});
