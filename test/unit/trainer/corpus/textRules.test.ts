import assert from 'node:assert/strict';
import { leftOutByText } from '../../../../src/trainer/corpus/textRules';

const PROSE = 'The kettle had gone cold by the time she came back from the garden.\n';
const VALUE = 'a1B2c3D4'.repeat(5);
const PART = 'eyJhbGciOiJIUzI1NiJ9';
/** Assembled here, so that no scanner finds secrets in this file. */
const run = (length: number) => VALUE.repeat(3).slice(0, length);

describe('leftOutByText', () => {
  for (const secret of [
    `token = "${VALUE}"`,
    `mySecretTokenOfTheSecretServer: '${VALUE}'`,
    `{"x-api_key_2" : "${VALUE}"}`,
    `é-password\n  = "${VALUE}"`,
    `Bearer ${PART}.${PART}.${VALUE}`,
    `x-${PART}-eyJx.${PART}.${VALUE}`,
    `${PART}.${PART}.${PART}.${VALUE}`,
    `aws_secret_access_key = ${run(40)}`,
    `ghp_${run(36)}`,
    `github_pat_${run(60)}`,
    `glpat-${run(20)}`,
    `xoxb-${run(20)}`,
    `https://hooks.slack.com/services/T0${'A1'.repeat(4)}/B0${'A1'.repeat(4)}/${run(24)}`,
    `sk_live_${run(24)}`,
    `rk_live_${run(24)}`,
    `sk-${run(40)}`,
    `sk-ant-${run(40)}`,
    `AIza${run(35)}`,
    `GOCSPX-${run(28)}`,
    `npm_${run(36)}`,
    `pypi-AgE${run(60)}`,
    `hf_${run(34)}`,
    `SG.${run(22)}.${run(43)}`,
  ]) {
    it(`finds the secret in ${JSON.stringify(secret)}`, () => {
      assert.equal(leftOutByText('notes.md', `${PROSE}${secret}\n`), 'secret');
    });
  }

  for (const harmless of [
    `broken = "${VALUE}"`,
    `token "${VALUE}"`,
    `token = "${'abcdefgh'.repeat(5)}"`,
    `x${PART}.${PART}.${VALUE}`,
    `eyJx.${PART}.${VALUE}`,
  ]) {
    it(`finds none in ${JSON.stringify(harmless)}`, () => {
      assert.equal(leftOutByText('notes.md', `${PROSE}${harmless}\n`), null);
    });
  }

  for (const word of ['token', 'eyJ-']) {
    it(`is done with lines that repeat ${word} in a moment`, () => {
      const line = `${word.repeat(4000)}\n`;
      const start = process.cpuUsage();
      assert.equal(leftOutByText('notes.md', line.repeat(60)), null);
      // It took seconds when the rule read from each word to the end of its line.
      assert.ok(process.cpuUsage(start).user < 500_000);
    });
  }
});
