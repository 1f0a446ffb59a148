import assert from 'node:assert/strict';
import { isSecret, leftOutByName } from '../../../../src/trainer/corpus/fileNameRules';

describe('a file that is taken for a secret by its name', () => {
  for (const name of [
    '.env .env.local .env-prod .env~ .env_old .envrc staging.env .dev.vars .dev.vars.staging',
    'id_rsa id_dsa id_ecdsa id_ed25519 id_ed25519_sk id_rsa.pub id_rsa.old',
    'a.pem a.key a.p8 a.p12 a.pfx a.ppk a.jks a.keystore a.kdb a.kdbx a.ovpn a.gpg a.pgp a.asc a.der a.crt a.cer a.csr',
    'a.tfstate a.tfstate.backup a.tfvars a.auto.tfvars.json kubeconfig kubeconfig.yml dev.kubeconfig.yaml',
    'credentials .credentials credential.json secrets.yaml secret.yml secrets.dev.yaml secret.toml passwords.txt',
    'password.ini passwd passwd.cfg secrets.conf secrets.xml secrets.properties passwords.csv passwords.md passwords.org',
    '账号密码.txt 帐户密码.csv 帳號密碼.txt 密钥.txt 密鑰.json 账号密码.md',
    'key.properties keystore.properties db-secret.yaml db_secrets.json app.secret.toml web-secret.properties',
    'client_secret_1.json service-account.json service_account-2.json serviceaccount.json gcp-credentials.json gcp_credential.json',
    '.npmrc .yarnrc.yml .pypirc .netrc _netrc .pgpass .my.cnf .htpasswd .git-credentials .dockercfg .vault-token .boto .s3cfg',
    'sftp.json sftp-config.json ftp-sync.json .remote-sync.json .ftpconfig .ftppass',
    'known_hosts authorized_keys .bash_history .zsh_history',
    '.ssh/config a/.aws/config .gnupg/a .azure/a .gcloud/a .kube/config .docker/config.json',
  ].flatMap((names) => names.split(' '))) {
    it(`is ${name}, whatever its capitals and folder`, () => {
      for (const path of [name, `a/b/${name}`, name.toUpperCase()]) {
        assert.ok(isSecret(path), path);
        assert.equal(leftOutByName(path), 'secret');
      }
    });
  }

  for (const name of [
    'environment.ts .environment.md env.md id_rsa_explained.md keys.md monkey.md certificate.md secretary.json',
    'secrets.md credentials.md password.md 密码学.txt passwords-of-the-kings.md keyboard.properties history.md netrc.md',
    'client.json service.json ssh/config aws.md docker/config.json',
  ].flatMap((names) => names.split(' '))) {
    it(`is not ${name}`, () => {
      assert.equal(leftOutByName(name), null);
    });
  }
});
