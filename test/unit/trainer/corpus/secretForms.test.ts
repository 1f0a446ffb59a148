import assert from 'node:assert/strict';
import { holdsSecret } from '../../../../src/trainer/corpus/secretForms';
import { processorSeconds } from '../../../support/processorSeconds';

const PROSE = 'The kettle had gone cold by the time she came back from the garden.\n';
const VALUE = 'a1B2c3D4'.repeat(5);
const PART = 'eyJhbGciOiJIUzI1NiJ9';
/** Assembled here, so that no scanner finds secrets in this file. */
const run = (length: number) => VALUE.repeat(5).slice(0, length);
const hex = (length: number) => '0a1b2c3d4e5f6789'.repeat(4).slice(0, length);
const pem = (kind: string, body: string) => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----`;

describe('holdsSecret', () => {
  for (const secret of [
    `token = "${VALUE}"`,
    `mySecretTokenOfTheSecretServer: '${VALUE}'`,
    `{"x-api_key_2" : "${VALUE}"}`,
    `é-password\n  = "${VALUE}"`,
    `"接口密钥": "${VALUE}"`,
    `访问令牌：“${VALUE}”`,
    `开门口令："${VALUE}"`,
    ...['secret', 'passwd'].map((name) => `${name}: '${VALUE}'`),
    `Bearer ${PART}.${PART}.${VALUE}`,
    `x-${PART}-eyJx.${PART}.${VALUE}`,
    `${PART}.${PART}.${PART}.${VALUE}`,
    `aws_secret_access_key = ${run(40)}`,
    `ghp_${run(36)}`,
    `github_pat_${run(60)}`,
    ...['pat', 'oas', 'dt', 'rt', 'rtr', 'cbt', 'ptt', 'ft', 'imt', 'agent', 'soat'].map(
      (kind) => `gl${kind}-${run(20)}`,
    ),
    `xoxb-${run(20)}`,
    `https://hooks.slack.com/services/T0${'A1'.repeat(4)}/B0${'A1'.repeat(4)}/${run(24)}`,
    `https://discord.com/api/webhooks/${'1'.repeat(18)}/${run(68)}`,
    `https://oapi.dingtalk.com/robot/send?access_token=${hex(64)}`,
    `https://open.feishu.cn/open-apis/bot/v2/hook/${hex(36)}`,
    `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${hex(36)}`,
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
    pem('PRIVATE KEY', run(64)),
    pem('OPENSSH PRIVATE KEY', run(70)),
    pem('RSA PRIVATE KEY', `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${hex(32)}\n\n${run(64)}`),
    pem('PGP PRIVATE KEY BLOCK', `Version: GnuPG v2\nComment: of the keeper\n\n${run(64)}`),
    `{"private_key": ${JSON.stringify(pem('PRIVATE KEY', run(64)))}}`,
    `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${run(70)}`,
    `Private-Lines: 14\n${run(64)}`,
    `AGE-SECRET-KEY-1${run(58).toUpperCase()}`,
    `AKIA${run(16).toUpperCase()}`,
    `ASIA${run(16).toUpperCase()}`,
    `{"SecretAccessKey": "${'aBcDeFgH'.repeat(5)}"}`,
    `LTAI${run(20)}`,
    `AKID${run(32)}`,
    `gho_${run(36)}`,
    `ghs_123456_${PART}.${PART}.${VALUE}`,
    `xapp-1-${run(11).toUpperCase()}-${'1'.repeat(13)}-${hex(64)}`,
    `sk-proj-${run(48)}`,
    `gsk_${run(52)}`,
    `xai-${run(80)}`,
    `pplx-${run(48)}`,
    `r8_${run(37)}`,
    `rubygems_${hex(48)}`,
    `dckr_pat_${run(27)}`,
    `whsec_${run(32)}`,
    ...['at', 'ca', 'pa', 'ss'].map((kind) => `shp${kind}_${hex(32)}`),
    `dop_v1_${hex(64)}`,
    `dapi${hex(32)}`,
    `hvs.${run(90)}`,
    `glsa_${run(32)}_${hex(8)}`,
    `NRAK-${run(27).toUpperCase()}`,
    `sntryu_${hex(64)}`,
    `ATATT3${run(186)}`,
    `lin_api_${run(40)}`,
    `ntn_${'1'.repeat(11)}${run(35)}`,
    `PMAK-${hex(24)}-${hex(34)}`,
    `bot 123456789:AA${run(33)}`,
    `AccountKey=${run(86)}==`,
    `SharedAccessKey=${run(43)}=`,
    `postgres://keeper:${'Tide'.repeat(2)}@db.example.org`,
    `https://keeper:passwords-are-hard@example.org`,
  ]) {
    it(`finds the secret in ${JSON.stringify(secret)}`, () => {
      assert.ok(holdsSecret(`${PROSE}${secret}\n`));
    });
  }

  for (const harmless of [
    `broken = "${VALUE}"`,
    `密码学：“${VALUE}”`,
    `token "${VALUE}"`,
    `token = "${'abcdefgh'.repeat(5)}"`,
    `token = "${'01234567'.repeat(5)}"`,
    `x${PART}.${PART}.${VALUE}`,
    `eyJx.${PART}.${VALUE}`,
    // What code and documentation have.
    `if (text.startsWith('-----BEGIN PRIVATE KEY-----')) {`,
    pem('RSA PRIVATE KEY', '...'),
    pem('PUBLIC KEY', run(64)),
    pem('CERTIFICATE', run(64)),
    'AKIAIOSFODNN7EXAMPLE',
    `aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`,
    `Bearer ${PART}.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.${VALUE}`,
    'ghp_xxxxxxxxxxxxxxxxxxxx',
    'glpat-<your token>',
    '<div class="sk-circle-fade-dot-that-turns-around-and-around">',
    `mask-${run(32)}`,
    'postgres://postgres:postgres@localhost:5432/app',
    'https://username:password@example.org',
    'https://keeper:my-secret@example.org',
    'amqp://keeper:changeme@example.org',
    'amqp://keeper:changeit@example.org',
    'amqp://keeper:xxxxxxxx@example.org',
    // Of the Azure storage emulator, for everybody.
    `AccountKey=Eby8vdM02x${run(76)}==`,
    `123456789:AA${run(40)}`,
  ]) {
    it(`finds none in ${JSON.stringify(harmless)}`, () => {
      assert.ok(!holdsSecret(`${PROSE}${harmless}\n`));
    });
  }

  for (const piece of [
    'token',
    'eyJ-',
    'sk-',
    'token="',
    '密码：“',
    'abc://keeper:',
    '-----BEGIN PRIVATE KEY-----',
    '1',
  ]) {
    it(`is done with lines that repeat ${piece} in a moment`, async () => {
      const line = `${piece.repeat(20_000 / piece.length)}\n`;
      // It took seconds when a rule read from each word to the end of its line.
      const seconds = await processorSeconds(() => {
        assert.ok(!holdsSecret(line.repeat(60)));
      });
      assert.ok(seconds < 2, `${seconds} s`);
    });
  }
});
